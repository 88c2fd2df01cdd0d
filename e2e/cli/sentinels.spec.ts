import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import {
  createTestDatabase,
  eventually,
  freePorts,
  hasRedisServer,
  startRedis,
  startSentinel,
  temporaryFolder,
  type TestDatabase,
  type TestRedis,
  type TestSentinel,
} from '@agion/testing';
import { parseToken, SERVICES } from '@agion/wire';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

const ROOT = path.resolve(import.meta.dirname, '../..');
const PRIMARY = 'main';

/** `npm run admin-token` for the servers its settings name. */
async function adminToken(env: Record<string, string>): Promise<{ code: number | null; out: string; err: string }> {
  const base = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', AGION_DATA_DIR: '/nonexistent' };
  const child = spawn(process.execPath, ['tools/admin-token.mjs'], { cwd: ROOT, env: { ...base, ...env } });
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { code: child.exitCode, out, err };
}

(hasRedisServer() ? describe : describe.skip)('a Redis that Sentinels name', () => {
  let database: TestDatabase;
  let redis: TestRedis;
  let sentinel: TestSentinel;
  beforeAll(async () => {
    [database, redis] = await Promise.all([createTestDatabase(), startRedis()]);
    sentinel = await startSentinel(PRIMARY, redis.port);
  }, 60_000);
  afterAll(async () => {
    await sentinel?.stop();
    await redis?.stop();
    await database?.drop();
  });

  test('is found by `npm run admin-token`', async () => {
    const url = `redis+sentinel://127.0.0.1:1,127.0.0.1:${sentinel.port}/${PRIMARY}`;
    const { code, out, err } = await adminToken({ DATABASE_URL: database.url, REDIS_URL: url });
    expect([code, err]).toEqual([0, '']);
    expect(parseToken(out.trim().split('\n').at(-1) ?? '')).toMatchObject({ kind: 'service_account' });
  }, 60_000);

  test('is used by the platform that `npm start` runs', async () => {
    const folder = temporaryFolder('agion-start-');
    const names = [...SERVICES.map((service) => `${service.toUpperCase()}_PORT`), 'METRICS_PORT'];
    const ports = await freePorts(names.length);
    const child = spawn(process.execPath, ['tools/start.mjs'], {
      cwd: ROOT,
      env: {
        PATH: process.env.PATH ?? '',
        HOME: process.env.HOME ?? '',
        AGION_DATA_DIR: folder,
        DATABASE_URL: database.adminUrl,
        REDIS_URL: `redis+sentinel://127.0.0.1:1,127.0.0.1:${sentinel.port}/${PRIMARY}`,
        ...Object.fromEntries(names.map((name, at) => [name, String(ports[at])])),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (piece: string) => (said += piece));
    child.stderr.resume();
    const ended = once(child, 'exit');
    try {
      await eventually(
        async () => {
          expect(said).toContain(`redis+sentinel://127.0.0.1:1,127.0.0.1:${sentinel.port}/${PRIMARY}`);
          expect((await fetch(`http://127.0.0.1:${ports[0]}/readiness`)).status).toBe(200);
        },
        { timeoutMs: 60_000, intervalMs: 200 },
      );
    } finally {
      child.kill('SIGINT');
      await ended;
    }
    expect(child.exitCode).toBe(0);
  }, 90_000);

  test('is told of in one line where no Sentinel answers', async () => {
    const url = 'redis+sentinel://me:hidden@127.0.0.1:1/main';
    const { code, err } = await adminToken({ DATABASE_URL: database.url, REDIS_URL: url });
    expect(code).toBe(1);
    expect(err).toContain('REDIS_URL redis+sentinel://127.0.0.1:1/main does not answer (ECONNREFUSED)');
    expect(err).not.toContain('hidden');
  }, 60_000);
});
