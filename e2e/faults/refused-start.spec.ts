import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import {
  createTestDatabase,
  eventually,
  freePorts,
  hasRedisServer,
  startRedis,
  testEnvironment,
  type TestDatabase,
  type TestRedis,
} from '@agion/testing';
import { SERVICES, type ServiceName } from '@agion/wire';
import { connected, createRedis } from '@agion/messaging';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

/** Real processes in production mode: what must not run does not start, and says how to mend it. */
const ROOT = path.resolve(import.meta.dirname, '../..');
const NO_FILE = 'redis keeps no append-only file (`appendonly no`): events do not survive its restart';
const EVICTS = '`maxmemory-policy allkeys-lru`, needed is `noeviction`';

let database: TestDatabase;
let redis: TestRedis;
let env: Record<string, string>;
const children: ChildProcess[] = [];
beforeAll(async () => {
  [database, redis] = await Promise.all([createTestDatabase(), startRedis()]);
  env = await testEnvironment({ databaseUrl: database.url, redisUrl: redis.url, mode: 'production' });
  delete env.AGION_REDIS_DURABILITY;
}, 60_000);
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await redis?.stop();
  await database?.drop();
});

async function setPolicy(policy: string): Promise<void> {
  const connection = createRedis({ url: redis.url, role: 'command', name: 'test' });
  await connected(connection);
  await connection.config('SET', 'maxmemory-policy', policy);
  connection.disconnect();
}

function launch(service: ServiceName | 'all-in-one', extra: Record<string, string>): ChildProcess {
  const main = path.join(ROOT, 'apps', service, 'dist', 'main.js');
  if (!existsSync(main)) throw new Error(`${main} is not built: run these tests with \`npm test\``);
  const child = spawn(process.execPath, [main], {
    cwd: ROOT,
    env: { PATH: process.env.PATH, ...env, OTEL_SDK_DISABLED: 'true', ...extra },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  children.push(child);
  return child;
}

/** What it says of its Redis once it answers, and whether it is ready. */
async function readinessAt(port: number | undefined): Promise<{ status: number; redis: object }> {
  return eventually(
    async () => {
      const answer = await fetch(`http://127.0.0.1:${port}/readiness`);
      const { checks } = (await answer.json()) as { checks: { redis: object } };
      return { status: answer.status, redis: checks.redis };
    },
    { timeoutMs: 30_000 },
  );
}

/** Starts it and waits for its end. */
async function refusal(
  service: ServiceName | 'all-in-one',
  extra: Record<string, string> = {},
): Promise<{ status: number | null; said: string }> {
  const child = launch(service, extra);
  const [said] = await Promise.all([text(child.stderr as NodeJS.ReadableStream), once(child, 'exit')]);
  return { status: child.exitCode, said };
}

describe('in production', () => {
  test('no service starts with a Redis that keeps no file and evicts', async () => {
    await setPolicy('allkeys-lru');
    for (const { status, said } of await Promise.all(SERVICES.map((service) => refusal(service)))) {
      expect(status).toBe(1);
      expect(said).toContain(`${NO_FILE}: set \`appendonly yes\` on that server`);
      expect(said).toContain(`${EVICTS}): set \`maxmemory-policy noeviction\` on that server`);
      expect(said).not.toContain('    at '); // no stack: a person has to mend it
    }
  }, 120_000);

  test('an operator may vouch for a Redis without a file, never for one that evicts', async () => {
    await setPolicy('allkeys-lru');
    const { status, said } = await refusal('execution', { AGION_REDIS_DURABILITY: 'acknowledged' });
    expect(status).toBe(1);
    expect(said).toContain(EVICTS);
    expect(said).not.toContain(NO_FILE);
  }, 60_000);

  test('the same services start once somebody vouches for the file', async () => {
    await setPolicy('noeviction');
    const [managed] = await freePorts(1);
    const child = launch('execution', { AGION_REDIS_DURABILITY: 'acknowledged', EXECUTION_PORT: String(managed) });
    const said = { status: 'ok', durability: 'acknowledged', warning: NO_FILE };
    expect((await readinessAt(managed)).redis).toEqual(said);
    child.kill('SIGTERM');
    await once(child, 'exit');
  }, 60_000);

  // Valkey as WebAssembly keeps no file.
  (hasRedisServer() ? test : test.skip)(
    'and where both are mended',
    async () => {
      const durable = await startRedis({ durable: true });
      try {
        const [port] = await freePorts(1);
        const second = launch('registry', { REDIS_URL: durable.url, REGISTRY_PORT: String(port) });
        const said = { status: 200, redis: { status: 'ok', durability: 'seen' } };
        await eventually(async () => expect(await readinessAt(port)).toEqual(said), { timeoutMs: 30_000 });
        second.kill('SIGTERM');
        await once(second, 'exit');
      } finally {
        await durable.stop();
      }
    },
    120_000,
  );

  test('secrets that anybody would guess, that are missing or that two services share are named, all at once', async () => {
    const keys = JSON.parse(env.AGION_SERVICE_KEYS ?? '') as Record<string, string>;
    const [alone, together] = await Promise.all([
      refusal('registry', {
        AGION_STREAM_SECRET: 'changeme-changeme-changeme-changeme',
        REDIS_URL: redis.url.replace('//', '//platform:aaaaaaaaaaaaaaaa@'),
        REGISTRY_SERVICE_KEY: '',
      }),
      refusal('all-in-one', {
        SUPABASE_JWT_SECRET: 'super-secret-jwt-token-with-at-least-32-characters-long',
        AGION_BUNDLE_KEY: '',
        AGION_SERVICE_KEYS: JSON.stringify({ ...keys, governance: keys.execution }),
      }),
    ]);
    expect([alone.status, together.status]).toEqual([1, 1]);
    expect(alone.said).toContain('AGION_STREAM_SECRET holds `changeme`, as examples do: make one with');
    expect(alone.said).toContain('REDIS_URL has a password that repeats itself: give that login another');
    expect(alone.said).toContain('REGISTRY_SERVICE_KEY must be set to an Ed25519 private key');
    expect(together.said).toContain('SUPABASE_JWT_SECRET holds `super-secret`, as examples do: make one with');
    expect(together.said).toContain('AGION_BUNDLE_KEY must be set to an Ed25519 private key');
    expect(together.said).toContain('AGION_SERVICE_KEYS gives governance and execution the same key');
  }, 120_000);
});
