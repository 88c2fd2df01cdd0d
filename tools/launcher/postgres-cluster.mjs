import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chownSync,
  closeSync,
  constants,
  existsSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { scramVerifier } from '../database/scram.mjs';
import { keepPasswords, newPasswords, readPasswords } from './postgres-passwords.mjs';
import { ServerProcess } from './server-process.mjs';

/** Where a data folder keeps PostgreSQL's files. */
export const postgresFolder = (servers) => path.join(servers, 'postgres');

/** What makes a child process run as the server's account. */
export const identity = (account) => (account ? { uid: account.uid, gid: account.gid } : {});

const give = (target, account) => account && chownSync(target, account.uid, account.gid);

// Every user of this machine can reach the port.
const METHOD = 'scram-sha-256';

/**
 * Makes sure of a cluster that asks everybody for a password, and that we know the passwords.
 * @param started called with a program that runs meanwhile
 * @param note tells the person who waits what is done
 * @returns {Promise<{postgres: string, development: string}>} the passwords
 */
export async function ensureCluster({ bin, servers, account, started, note }) {
  const folder = postgresFolder(servers);
  const known = readPasswords(servers);
  if (known && existsSync(folder)) return known;
  const passwords = newPasswords();
  if (existsSync(folder)) {
    note('giving the PostgreSQL of an earlier start passwords');
    secure({ bin, folder, account, password: passwords.postgres });
  } else await initialize({ bin, folder, account, started, password: passwords.postgres });
  keepPasswords(servers, passwords);
  return passwords;
}

// In a folder of another name, so that a cluster that stands under its own name is complete.
async function initialize({ bin, folder, account, started, password }) {
  const unfinished = `${folder}.unfinished`;
  const passwordFile = `${folder}.password`;
  rmSync(unfinished, { recursive: true, force: true });
  rmSync(passwordFile, { force: true });
  mkdirSync(unfinished, { mode: 0o700 });
  give(unfinished, account);
  const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  const access = ['-U', 'postgres', `--auth=${METHOD}`, `--pwfile=${passwordFile}`];
  try {
    writeFileSync(passwordFile, `${password}\n`, { flag: 'wx', mode: 0o600 });
    give(passwordFile, account);
    const args = ['-D', unfinished, ...access, ...locale, '--no-instructions'];
    const initdb = new ServerProcess('initdb', path.join(bin, 'initdb'), args, identity(account));
    started(initdb);
    await once(initdb.child, 'close').catch(() => {});
    if (initdb.child.exitCode !== 0) throw new Error(`initdb failed: ${initdb.said}`);
  } finally {
    rmSync(passwordFile, { force: true });
  }
  renameSync(unfinished, folder);
}

/** For a cluster that let everybody in, or whose passwords are lost: by PostgreSQL's single-user mode, which asks for none. */
function secure({ bin, folder, account, password }) {
  const { status, stderr, error } = spawnSync(path.join(bin, 'postgres'), ['--single', '-D', folder, 'postgres'], {
    input: `ALTER ROLE postgres PASSWORD '${scramVerifier(password)}'\n`,
    encoding: 'utf8',
    cwd: '/',
    ...identity(account),
  });
  if (status !== 0 || /^.*(ERROR|FATAL|PANIC):/m.test(stderr)) {
    const why = error?.message ?? stderr.trim();
    throw new Error(
      `the PostgreSQL in ${folder} has no password and cannot be given one (removing it loses its data): ${why}`,
    );
  }
  demandPasswords(path.join(folder, 'pg_hba.conf'));
}

// The folder is the server account's own: never follow a link of its making with our rights.
function demandPasswords(rules) {
  const file = openSync(rules, constants.O_RDWR | constants.O_NOFOLLOW);
  const strict = readFileSync(file, 'utf8').replaceAll(/^((?!#).*\s)trust\b/gm, `$1${METHOD}`);
  ftruncateSync(file);
  writeSync(file, strict, 0);
  closeSync(file);
}
