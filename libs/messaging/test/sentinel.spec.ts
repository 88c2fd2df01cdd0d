import { eventually, hasRedisServer, startRedis, startSentinel, type TestRedis } from '@agion/testing';
import { afterEach, describe, expect, test } from '@jest/globals';
import { connected, createRedis, type RedisConnection, TopicHub } from '../src/index.js';

const suite = hasRedisServer() ? describe : describe.skip;

/** Milliseconds in which whoever wrote to the primary writes to the one that took its place. */
const PATIENCE = 15_000;
/** Each has a moment of its own at which the failover finds it. */
const HUBS = 6;

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

function connect(url: string, role: 'command' | 'blocking' = 'command'): RedisConnection {
  const redis = createRedis({ url, role, name: 'sentinel', blockMs: 500 });
  ends.push(() => redis.disconnect());
  return redis;
}

/** A primary, its replica, and a Sentinel that knows both. */
async function startPair(): Promise<{
  url: string;
  primary: TestRedis;
  replica: TestRedis;
  sentinel: RedisConnection;
}> {
  const primary = await startRedis();
  ends.push(() => primary.stop());
  const replica = await startRedis({ options: ['--replicaof', '127.0.0.1', String(primary.port)] });
  ends.push(() => replica.stop());
  const direct = connect(primary.url);
  const online = async (): Promise<void> => expect(await direct.info('replication')).toContain('state=online');
  await eventually(online, { timeoutMs: 20_000 });
  const server = await startSentinel('main', primary.port);
  ends.push(() => server.stop());
  const sentinel = connect(`redis://127.0.0.1:${server.port}`);
  const known = async (): Promise<void> =>
    expect(await sentinel.call('SENTINEL', 'REPLICAS', 'main')).toEqual([expect.arrayContaining(['slave'])]);
  await eventually(known, { timeoutMs: 20_000, intervalMs: 200 });
  // One that does not answer comes first: the next is asked.
  return { url: `redis+sentinel://127.0.0.1:1,127.0.0.1:${server.port}/main`, primary, replica, sentinel };
}

suite('a primary that Sentinels name', () => {
  test('is found, and after its end the replica that took its place, within seconds', async () => {
    const { url, primary } = await startPair();
    const command = connect(url);
    const blocking = connect(url, 'blocking');
    const heard = new Set<number>();
    for (let number = 0; number < HUBS; number += 1) {
      const hub = new TopicHub({ redisUrl: url, name: `sentinel:hub:${number}` });
      ends.push(() => hub.close());
      hub.subscribe('news', { message: () => void heard.add(number) });
    }
    await Promise.all([connected(command), connected(blocking)]);
    await command.xadd('facts', '*', 'n', '1');
    expect(await command.wait(1, 2_000)).toBe(1);

    await primary.stop();
    await eventually(async () => expect(await command.xadd('facts', '*', 'n', '2')).toBeTruthy(), {
      timeoutMs: PATIENCE,
      intervalMs: 50,
    });
    await eventually(
      async () => {
        const [[, entries]] = (await blocking.xread('COUNT', 1, 'STREAMS', 'facts', '0')) as [[string, unknown[]]];
        expect(entries).toEqual([[expect.any(String), ['n', '1']]]); // what was acknowledged by both is there
        await command.publish('news', 'hello');
        expect(heard.size).toBe(HUBS);
      },
      { timeoutMs: PATIENCE, intervalMs: 100 },
    );
  }, 60_000);

  test('is left when another takes its place while it still answers', async () => {
    const { url, primary, replica, sentinel } = await startPair();
    const command = connect(url);
    await connected(command);
    const place = async (): Promise<string> => String(await command.call('CONFIG', 'GET', 'port'));
    expect(await place()).toContain(String(primary.port));
    await eventually(async () => expect(await sentinel.call('SENTINEL', 'FAILOVER', 'main')).toBe('OK'), {
      timeoutMs: 20_000,
      intervalMs: 200,
    });
    await eventually(
      async () => {
        expect(await command.xadd('facts', '*', 'n', '3')).toBeTruthy();
        expect(await place()).toContain(String(replica.port));
      },
      { timeoutMs: 30_000, intervalMs: 100 },
    );
  }, 90_000);

  test('is said to be unreachable by the Sentinels’ addresses when none answers', async () => {
    const lost = connect('redis+sentinel://user:secret@127.0.0.1:1/main');
    await expect(connected(lost, 500)).rejects.toThrow(
      /^redis at 127\.0\.0\.1:1\/main does not answer within 500 ms: All sentinels are unreachable/,
    );
  });
});
