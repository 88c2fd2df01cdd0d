import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startRedis, type TestRedis } from '@agion/testing';
import { connected, createRedis, readBacklog, readGroupLag, type RedisConnection } from '../src/index.js';

let server: TestRedis;
let redis: RedisConnection;
let stream: string;
let streams = 0;

beforeAll(async () => {
  server = await startRedis();
  redis = createRedis({ url: server.url, role: 'command', name: 'test' });
  await connected(redis);
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});
beforeEach(() => {
  stream = `lag:${(streams += 1)}`;
});

async function add(entries: number): Promise<void> {
  for (let n = 0; n < entries; n += 1) await redis.xadd(stream, '*', 'n', n);
}
const read = (count: number): Promise<unknown> =>
  redis.xreadgroup('GROUP', 'workers', 'one', 'COUNT', count, 'STREAMS', stream, '>');
const lag = async (): Promise<unknown> => (await readGroupLag(redis, [stream], 'workers'))[0];

async function entriesRead(): Promise<number> {
  const [group] = (await redis.xinfo('GROUPS', stream)) as unknown[][];
  return Number(group?.[group.indexOf('entries-read') + 1]);
}

describe('the lag of a group', () => {
  test('is what it has not been given, and says when nothing was trimmed before it was', async () => {
    expect(await lag()).toMatchObject({ lag: 0, pending: 0, trimmedUnread: 0 });
    await add(10);
    await redis.xgroup('CREATE', stream, 'workers', '0');
    expect(await lag()).toMatchObject({ lag: 10, pending: 0 });
    await read(4);
    expect(await lag()).toMatchObject({ lag: 6, pending: 4, trimmedUnread: 0 });
    await read(100);
    await redis.xtrim(stream, 'MAXLEN', 2);
    await add(1);
    expect(await lag()).toMatchObject({ lag: 1, pending: 10, trimmedUnread: 0 });
  });

  test('does not hide what was trimmed unread; nor after the group goes on, as long as the server knows', async () => {
    await redis.xgroup('CREATE', stream, 'workers', '0', 'MKSTREAM');
    await add(5);
    await read(5);
    await add(95);
    await redis.xtrim(stream, 'MAXLEN', 20);
    expect(await lag()).toMatchObject({ lag: 20, trimmedUnread: 75 });
    await read(100);
    const counted = await entriesRead();
    expect([25, 100]).toContain(counted); // Valkey takes for read what was trimmed, once the group is at the end
    expect(await lag()).toMatchObject({ lag: 0, trimmedUnread: 100 - counted });
  });

  test('is unknown, and not 0, when somebody deletes what was not read', async () => {
    await redis.xgroup('CREATE', stream, 'workers', '0', 'MKSTREAM');
    await add(10);
    await read(3);
    const [, , , , fifth] = (await redis.xrange(stream, '-', '+')) as unknown as [string][];
    await redis.xdel(stream, fifth?.[0] ?? '');
    expect(await lag()).toMatchObject({ lag: null, pending: 3, trimmedUnread: null });
    expect(await readBacklog(redis, stream)).toBe(9);
  });
});

describe('the backlog of a stream', () => {
  test('is that of the group that is furthest behind, or all of it where nobody reads', async () => {
    expect(await readBacklog(redis, stream)).toBe(0);
    await add(10);
    expect(await readBacklog(redis, stream)).toBe(10);
    await redis.xgroup('CREATE', stream, 'workers', '0');
    await redis.xgroup('CREATE', stream, 'others', '$');
    await read(4);
    expect(await readBacklog(redis, stream)).toBe(10);
    await redis.xgroup('SETID', stream, 'workers', '$');
    expect(await readBacklog(redis, stream)).toBe(4);
  });
});
