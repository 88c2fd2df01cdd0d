import { once } from 'node:events';
import { chownSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { postgresBinaries } from './postgres-binaries.mjs';
import { freePort } from './ports.mjs';
import { ServerProcess } from './server-process.mjs';

/** Where a data folder keeps PostgreSQL's files. */
export const postgresFolder = (servers) => path.join(servers, 'postgres');

const identity = (account) => (account ? { uid: account.uid, gid: account.gid } : {});

// Tests put up with the loss of everything when the machine itself fails.
const FORGETFUL = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off'];

// In a folder of another name, so that a cluster that stands under its own name is complete.
async function initialize({ bin, folder, account, started }) {
  const unfinished = `${folder}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { mode: 0o700 });
  if (account) chownSync(unfinished, account.uid, account.gid);
  const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  const args = ['-D', unfinished, '-U', 'postgres', '--auth=trust', ...locale, '--no-instructions'];
  const initdb = new ServerProcess('initdb', path.join(bin, 'initdb'), args, identity(account));
  started(initdb);
  await once(initdb.child, 'close').catch(() => {});
  if (initdb.child.exitCode !== 0) throw new Error(`initdb failed: ${initdb.said}`);
  renameSync(unfinished, folder);
}

async function answers(port) {
  const client = new pg.Client({ host: '127.0.0.1', port, user: 'postgres', database: 'postgres' });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.end();
    return true;
  } catch {
    return false; // not listening yet, or recovering after a crash
  }
}

function launch({ bin, folder, port, account, temporary }) {
  const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'max_connections=200'];
  const options = [...settings, ...(temporary ? FORGETFUL : [])].flatMap((setting) => ['-c', setting]);
  return new ServerProcess('PostgreSQL', path.join(bin, 'postgres'), ['-D', folder, '-p', String(port), ...options], {
    stopSignal: 'SIGINT', // ends sessions instead of waiting for them
    ...identity(account),
  });
}

/**
 * Starts PostgreSQL on loopback, on a port of its own choice; makes the cluster first if there is none.
 * @param started called with each server process as soon as it exists
 * @param note tells the person who waits why
 * @returns {{server: ServerProcess, port: number, version: string}}
 */
export async function startPostgres({ servers, account, temporary, started, note }) {
  const { bin, version } = postgresBinaries(servers, account);
  const folder = postgresFolder(servers);
  if (!existsSync(folder)) await initialize({ bin, folder, account, started });
  const patience = { failed: 5, busy: 60 };
  for (;;) {
    const port = await freePort();
    const server = launch({ bin, folder, port, account, temporary });
    started(server);
    while (!server.isOver) {
      if (await answers(port)) return { server, port, version };
      await sleep(20);
    }
    // A session that outlived its killed server still holds the memory both worked on.
    const cause = server.said.includes('shared memory block') ? 'busy' : 'failed';
    if (cause === 'busy' && patience.busy === 60) note('waiting for a session left behind by a killed PostgreSQL');
    if (--patience[cause] === 0) throw new Error(`PostgreSQL does not start: ${server.said}`);
    await sleep(500);
  }
}
