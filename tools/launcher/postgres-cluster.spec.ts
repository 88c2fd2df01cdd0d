import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import pg from 'pg';
import { postgresBinaries } from './postgres-binaries.mjs';
import { startPostgres } from './postgres-server.mjs';
import { serverAccount } from './server-account.mjs';
import type { ServerProcess } from './server-process.mjs';

const account = serverAccount();
let servers: string;
let running: ServerProcess[];

beforeEach(() => {
  servers = mkdtempSync(path.join(os.tmpdir(), 'agion-cluster-'));
  chmodSync(servers, 0o755);
  running = [];
});

afterEach(async () => {
  await Promise.all(running.map((server) => server.stop()));
  rmSync(servers, { recursive: true, force: true });
});

const start = (): ReturnType<typeof startPostgres> => {
  const started = (server: ServerProcess): void => void running.push(server);
  return startPostgres({ servers, account, temporary: true, started, note: () => {} });
};

async function roleAt(port: number, password?: string): Promise<unknown> {
  const client = new pg.Client({ host: '127.0.0.1', port, user: 'postgres', database: 'postgres', password });
  await client.connect();
  const { rows } = await client.query('SELECT current_user AS role');
  await client.end();
  return rows[0].role;
}

/** As the launcher made it once: whoever reaches the port is let in. */
function makeTrustingCluster(): void {
  const folder = path.join(servers, 'postgres');
  mkdirSync(folder, { mode: 0o700 });
  if (account) chownSync(folder, account.uid, account.gid);
  const { bin } = postgresBinaries(servers, account);
  const identity = account ? { uid: account.uid, gid: account.gid } : {};
  const args = ['-D', folder, '-U', 'postgres', '--auth=trust', '--no-sync'];
  execFileSync(path.join(bin, 'initdb'), args, { cwd: '/', stdio: 'ignore', ...identity });
}

it.each([
  ['new', () => {}],
  ['made when everybody was let in', makeTrustingCluster],
])(
  'a cluster that is %s wants a password, which only its owner can read',
  async (_kind, prepare) => {
    prepare();
    const { port, passwords } = await start();
    await expect(roleAt(port)).rejects.toThrow('password');
    await expect(roleAt(port, 'wrong')).rejects.toMatchObject({ code: '28P01' });
    expect(await roleAt(port, passwords.postgres)).toBe('postgres');
    const kept = path.join(servers, 'postgres-passwords.json');
    expect(JSON.parse(readFileSync(kept, 'utf8'))).toEqual(passwords);
    expect(statSync(kept).mode & 0o777).toBe(0o600);
    expect(readdirSync(servers)).not.toContain('postgres.password');
  },
  60_000,
);

it('a cluster keeps its passwords, and gets new ones when they are lost', async () => {
  const { server, passwords } = await start();
  await server.stop();
  const again = await start();
  expect(again.passwords).toEqual(passwords);
  await again.server.stop();
  rmSync(path.join(servers, 'postgres-passwords.json'));
  const { port, passwords: others } = await start();
  expect(others).not.toEqual(passwords);
  expect(await roleAt(port, others.postgres)).toBe('postgres');
}, 60_000);
