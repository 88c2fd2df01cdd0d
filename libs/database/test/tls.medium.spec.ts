import { chmodSync, chownSync, copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { eventually, hasOpenssl, makeAuthority, type TestAuthority, type TestCertificate } from '@agion/testing';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { startPostgres } from '../../../tools/launcher/postgres-server.mjs';
import { serverAccount } from '../../../tools/launcher/server-account.mjs';
import { createPool, PrismaService } from '../src/index.js';
import { LATEST_MIGRATION } from '../src/latest-migration.js';

const CHECKOUT = path.resolve(import.meta.dirname, '../../..');

const suite = hasOpenssl() ? describe : describe.skip;

interface Server {
  port: number;
  server: { stop(): Promise<void> };
  passwords: { postgres: string };
}

suite('a postgres over tls', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'agion-pg-tls-'));
  const account = serverAccount();
  let postgres: Server;
  let ours: TestAuthority;
  let theirs: TestAuthority;

  /** A cluster of this suite's own. */
  beforeAll(async () => {
    chmodSync(folder, 0o755);
    ours = makeAuthority();
    theirs = makeAuthority('somebody-else');
    const quiet = { started: () => {}, note: () => {} };
    postgres = await startPostgres({ servers: folder, account, temporary: true, ...quiet });
    await asOwner('CREATE ROLE agion_test', 'GRANT pg_read_all_stats TO agion_test');
  }, 120_000);
  afterAll(async () => {
    await postgres?.server.stop();
    ours?.remove();
    theirs?.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  const address = (host: string, parameters: string): string =>
    `postgresql://postgres:${postgres.passwords.postgres}@${host}:${postgres.port}/postgres?${parameters}`;

  async function asOwner(...statements: string[]): Promise<void> {
    const client = new pg.Client({ connectionString: address('127.0.0.1', '') });
    await client.connect();
    for (const statement of statements) await client.query(statement);
    await client.end();
  }

  /** From now on the server shows this certificate. */
  async function serve({ cert, key }: TestCertificate): Promise<void> {
    const [certFile, keyFile] = [cert, key].map((file) => {
      const own = path.join(folder, path.basename(file));
      copyFileSync(file, own);
      chmodSync(own, 0o600);
      if (account) chownSync(own, account.uid, account.gid);
      return own;
    });
    await asOwner(
      `ALTER SYSTEM SET ssl_cert_file = '${certFile}'`,
      `ALTER SYSTEM SET ssl_key_file = '${keyFile}'`,
      `ALTER SYSTEM SET ssl = on`,
      'SELECT pg_reload_conf()',
    );
  }

  /** Whether a connection of a service's pool is encrypted; Prisma's too. */
  async function isEncrypted(url: string): Promise<boolean> {
    const pool = createPool({ url, role: 'agion_test', max: 1 });
    try {
      const query = 'SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()';
      const { rows } = await pool.query<{ ssl: boolean }>(query);
      const prisma = new PrismaService(pool);
      const [seen] = await prisma.$queryRaw<
        { ssl: boolean }[]
      >`SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()`;
      expect(seen).toEqual(rows[0]);
      return rows[0]?.ssl ?? false;
    } finally {
      await pool.end();
    }
  }

  test('is trusted by a private authority, by name and by address, and by no other', async () => {
    await serve(ours.issue('postgres'));
    const trusted = `sslmode=verify-full&sslrootcert=${ours.file}`;
    await eventually(async () => expect(await isEncrypted(address('127.0.0.1', trusted))).toBe(true), {
      timeoutMs: 10_000,
      intervalMs: 100,
    });
    expect(await isEncrypted(address('localhost', trusted))).toBe(true);
    expect(await isEncrypted(address('127.0.0.1', 'sslmode=disable'))).toBe(false);
    for (const parameters of [
      `sslmode=verify-full&sslrootcert=${theirs.file}`,
      'sslmode=verify-full',
      'sslmode=require',
    ])
      await expect(isEncrypted(address('127.0.0.1', parameters))).rejects.toThrow(/unable to verify|self-signed/);
  }, 60_000);

  test('is migrated over it by `npm run db:migrate`, and not where somebody else signed its certificate', async () => {
    await serve(ours.issue('migrated'));
    const migrate = async (
      authority: TestAuthority,
      program = ['tools/database.mjs', 'migrate'],
    ): Promise<{ code: number | null; said: string }> => {
      const parameters = `sslmode=verify-full&sslrootcert=${authority.file}`;
      const url = address('localhost', parameters).replace('/postgres?', '/agion?');
      const env = { PATH: process.env.PATH, HOME: process.env.HOME, CHECKPOINT_DISABLE: '1', DATABASE_URL: url };
      const child = spawn(process.execPath, program, { cwd: CHECKOUT, env });
      const [out, err] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
      return { code: child.exitCode, said: out + err };
    };
    const refused = await migrate(theirs);
    expect([refused.code, refused.said]).toEqual([1, expect.stringMatching(/UNABLE_TO_VERIFY|SELF_SIGNED/)]);
    expect(refused.said).not.toContain(postgres.passwords.postgres);
    // Nor does the engine by itself, which nobody has looked for before.
    const engine = "await (await import('./tools/database/migrations.mjs')).migrate(process.env.DATABASE_URL)";
    expect(await migrate(theirs, ['--input-type=module', '--eval', engine])).toMatchObject({
      code: 1,
      said: expect.stringMatching(/unable to verify|self-signed/),
    });
    expect(await migrate(ours)).toMatchObject({ code: 0 });
    const client = new pg.Client({ connectionString: address('127.0.0.1', '').replace('/postgres?', '/agion?') });
    await client.connect();
    const { rows } = await client.query<{ newest: string }>(
      'SELECT max(migration_name) AS newest FROM _prisma_migrations',
    );
    await client.end();
    expect(rows).toEqual([{ newest: LATEST_MIGRATION }]);
  }, 120_000);

  test('is left when its certificate is another host’s or has expired, whatever the mode is called', async () => {
    await serve(ours.issue('elsewhere', { hosts: ['DNS:postgres.example', 'IP:127.0.0.2'] }));
    const refused = (mode: string, why: RegExp): Promise<void> =>
      eventually(
        () =>
          expect(isEncrypted(address('127.0.0.1', `sslmode=${mode}&sslrootcert=${ours.file}`))).rejects.toThrow(why),
        { timeoutMs: 10_000, intervalMs: 100 },
      );
    await refused('verify-full', /does not match certificate's altnames/);
    await refused('verify-ca', /does not match certificate's altnames/);
    await serve(ours.issue('expired', { days: -1 }));
    await refused('verify-full', /certificate has expired/);
  }, 60_000);
});
