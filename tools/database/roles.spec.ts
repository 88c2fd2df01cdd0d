import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { startPostgres } from '../launcher/postgres-server.mjs';
import { serverAccount } from '../launcher/server-account.mjs';
import type { ServerProcess } from '../launcher/server-process.mjs';
import { allowOwnLogin } from './roles.mjs';
import { onMigrated } from './unmigrated.mjs';

let servers: string;
let running: ServerProcess[];

beforeEach(() => {
  servers = mkdtempSync(path.join(os.tmpdir(), 'agion-roles-'));
  chmodSync(servers, 0o755);
  running = [];
});

afterEach(async () => {
  await Promise.all(running.map((server) => server.stop()));
  rmSync(servers, { recursive: true, force: true });
});

it('what no migration has made yet is told in one line', async () => {
  const { port, passwords } = await startPostgres({
    servers,
    account: serverAccount(),
    temporary: true,
    started: (server: ServerProcess) => void running.push(server),
    note: () => {},
  });
  const urlOf = (database: string): string =>
    `postgresql://postgres:${passwords.postgres}@127.0.0.1:${port}/${database}`;
  await expect(onMigrated(() => allowOwnLogin(urlOf('postgres')))).rejects.toThrow(
    'role "agion_registry" does not exist: run `npm run db:migrate` first',
  );
  await expect(onMigrated(() => allowOwnLogin(urlOf('none')))).rejects.toThrow(
    'database "none" does not exist: run `npm run db:migrate` first',
  );
}, 60_000);
