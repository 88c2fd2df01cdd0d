import { createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually, startRedis, type TestRedis } from '@agion/testing';
import {
  connected,
  createRedis,
  inspectServer,
  type RedisConnection,
  serverDangers,
  StreamProducer,
} from '../src/index.js';

let server: TestRedis;
const open: RedisConnection[] = [];

beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.stop());
afterEach(() => open.splice(0).forEach((redis) => redis.status !== 'end' && redis.disconnect()));

const connect = (...settings: Parameters<typeof createRedis>): RedisConnection => {
  const redis = createRedis(...settings);
  open.push(redis);
  return redis;
};

/** Accepts connections and never says a word. */
async function silentServer(): Promise<{ url: string; close: () => void }> {
  const sockets: Socket[] = [];
  const silent: Server = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const address = silent.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const close = (): void => {
    sockets.forEach((socket) => socket.destroy());
    silent.close();
  };
  return { url: `redis://someone:secret@127.0.0.1:${address.port}`, close };
}

describe('a connection', () => {
  test('carries the name it was given, fit for redis', async () => {
    const redis = connect({ url: server.url, role: 'command', name: 'my service' });
    await connected(redis);
    expect(await redis.client('GETNAME')).toBe('my-service');
  });

  test('that cannot be made says so with host and port, and never with the password', async () => {
    const silent = await silentServer();
    const redis = connect({ url: silent.url, role: 'command', name: 'x' });
    const error = await connected(redis, 300).catch((caught: unknown) => caught);
    silent.close();
    expect(String(error)).toMatch(/RedisUnreachableError: redis at 127\.0\.0\.1:\d+ does not answer within 300 ms/);
    expect(String(error)).not.toContain('secret');
  });

  test('that was closed is not waited for', async () => {
    const redis = connect({ url: server.url, role: 'command', name: 'x' });
    await connected(redis);
    redis.disconnect();
    await eventually(() => expect(redis.status).toBe('end'));
    await expect(connected(redis)).rejects.toThrow('is closed');
  });

  test('refuses what is not the url of a redis', () => {
    for (const url of ['', 'localhost:6379', 'http://localhost', 'redis://']) {
      expect(() => createRedis({ url, role: 'command', name: 'x' })).toThrow(TypeError);
    }
  });

  test('logs a broken connection once a second at most', async () => {
    const lines: Record<string, unknown>[] = [];
    const line = (fields: Record<string, unknown>): void => void lines.push(fields);
    const url = server.url.replace('//', '//default:secret@');
    const redis = connect({ url, role: 'command', name: 'x', logger: { info: line, warn: line, error: line } });
    await eventually(() => expect(redis.status).toBe('ready'));
    const since = Date.now();
    await server.stop();
    await eventually(() => expect(Date.now() - since).toBeGreaterThan(2_500)); // several tries a second
    const seconds = Math.floor((Date.now() - since) / 1_000);
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.length).toBeLessThanOrEqual(seconds + 1);
    const refused = {
      redis: new URL(url).host,
      connection: 'x',
      error: expect.stringMatching(/ECONNREFUSED|ECONNRESET/),
    };
    expect(lines).toMatchObject(lines.map(() => refused)); // from the second on they say how many were left out
    await server.start();
    await eventually(() => expect(redis.status).toBe('ready'));
  });
});

describe('a command', () => {
  test('fails at once while redis is away, and works when it is back', async () => {
    const redis = connect({ url: server.url, role: 'command', name: 'x' });
    const producer = new StreamProducer(redis);
    await connected(redis);
    await server.stop();
    await eventually(() => expect(redis.status).not.toBe('ready'));
    const times: number[] = [];
    for (let attempt = 0; attempt < 5; attempt += 1) {
      const startedAt = performance.now();
      await expect(producer.append('s', { n: 1 })).rejects.toThrow();
      times.push(performance.now() - startedAt);
    }
    expect(Math.min(...times)).toBeLessThan(100); // the others tell of what else the machine had to do
    await server.start();
    await eventually(() => producer.append('s', { n: 1 }));
  });

  test('fails after half a second when redis is frozen', async () => {
    const redis = connect({ url: server.url, role: 'command', name: 'x' });
    await connected(redis);
    server.signal('SIGSTOP');
    const startedAt = performance.now();
    await expect(redis.ping()).rejects.toThrow('timed out');
    server.signal('SIGCONT');
    expect(performance.now() - startedAt).toBeLessThan(5_000); // it would be frozen for ever
  });
});

test('dangerous settings of the server are named', async () => {
  const redis = connect({ url: server.url, role: 'command', name: 'x' });
  await connected(redis);
  const dangers = async (): Promise<string[]> => serverDangers(await inspectServer(redis)).map(({ text }) => text);
  expect(await dangers()).toEqual([expect.stringContaining('appendonly')]);
  await redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
  expect(await dangers()).toHaveLength(2);
});

test('a server that says nothing is not taken for a good one', () => {
  const silent = { version: null, appendOnlyFile: null, evictionPolicy: null };
  expect(serverDangers(silent).map(({ kind }) => kind)).toEqual(['durability', 'unknown-eviction']);
  expect(serverDangers({ version: '8.8.3', appendOnlyFile: true, evictionPolicy: 'noeviction' })).toEqual([]);
});
