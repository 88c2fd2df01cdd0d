import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { postgresBinaries } from './postgres-binaries.mjs';
import { ensureCluster, identity, postgresFolder } from './postgres-cluster.mjs';
import { freePort } from './ports.mjs';
import { ServerProcess } from './server-process.mjs';

const WRONG_PASSWORD = '28P01';
const FORGOTTEN =
  'the embedded PostgreSQL does not take its password: remove postgres-passwords.json in the data folder and new ones are made';

// Tests put up with the loss of everything when the machine itself fails.
const FORGETFUL = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off'];

async function answers(port, password) {
  const client = new pg.Client({ host: '127.0.0.1', port, user: 'postgres', password, database: 'postgres' });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.end();
    return true;
  } catch (error) {
    if (error.code === WRONG_PASSWORD) throw new Error(FORGOTTEN, { cause: error });
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
 * @returns {Promise<{server: ServerProcess, port: number, version: string, passwords: {postgres: string, development: string}}>}
 */
export async function startPostgres({ servers, account, temporary, started, note }) {
  const { bin, version } = postgresBinaries(servers, account);
  const folder = postgresFolder(servers);
  const passwords = await ensureCluster({ bin, servers, account, started, note });
  const patience = { failed: 5, busy: 60 };
  for (;;) {
    const port = await freePort();
    const server = launch({ bin, folder, port, account, temporary });
    started(server);
    while (!server.isOver) {
      if (await answers(port, passwords.postgres)) return { server, port, version, passwords };
      await sleep(20);
    }
    // A session that outlived its killed server still holds the memory both worked on.
    const cause = server.said.includes('shared memory block') ? 'busy' : 'failed';
    if (cause === 'busy' && patience.busy === 60) note('waiting for a session left behind by a killed PostgreSQL');
    if (--patience[cause] === 0) throw new Error(`PostgreSQL does not start: ${server.said}`);
    await sleep(500);
  }
}
