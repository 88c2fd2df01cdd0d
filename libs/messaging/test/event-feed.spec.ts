import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { eventually, startRedis, type TestRedis } from '@agion/testing';
import { connected, createRedis, EventFeed, type FeedEvent, type RedisConnection, TopicHub } from '../src/index.js';

let server: TestRedis;
let redis: RedisConnection;
let hub: TopicHub;
let ends: AbortController;

beforeEach(async () => {
  server = await startRedis();
  redis = createRedis({ url: server.url, role: 'command', name: 'feed' });
  hub = new TopicHub({ redisUrl: server.url, name: 'feed:hub' });
  ends = new AbortController();
  await connected(redis);
});
afterEach(async () => {
  ends.abort();
  hub.close();
  redis.disconnect();
  await server.stop();
});

const aFeed = (pollMs = 60_000): EventFeed<number> => new EventFeed<number>({ redis, hub, pollMs });

/** Follows in the background and keeps all that came. */
function following(feed: EventFeed<number>, key: string, after?: string): FeedEvent<number>[] {
  const seen: FeedEvent<number>[] = [];
  void (async () => {
    for await (const event of feed.follow(key, { signal: ends.signal, ...(after && { after }) })) seen.push(event);
  })();
  return seen;
}

const events = (seen: FeedEvent<number>[]): number[] => seen.map(({ event }) => event);
const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

describe('following a feed', () => {
  test('gives what was there and then each new event, woken by the announcement alone', async () => {
    const [feed, key] = [aFeed(), randomUUID()];
    await feed.append(key, 0);
    const seen = following(feed, key);
    await eventually(() => expect(events(seen)).toEqual([0]));
    await feed.append(key, 1);
    await feed.append(key, 2);
    await eventually(() => expect(events(seen)).toEqual([0, 1, 2]));
  });

  test('resumes after any id without gap or repeat', async () => {
    const [feed, key] = [aFeed(), randomUUID()];
    for (const n of upTo(250)) await feed.append(key, n); // more than a page
    const all = following(feed, key);
    await eventually(() => expect(events(all)).toEqual(upTo(250)));
    const resumed = following(feed, key, all[99]?.id);
    await eventually(() => expect(events(resumed)).toEqual(upTo(250).slice(100)));
  });

  test('has no gap and no repeat while events are appended and subscribers are killed', async () => {
    const [feed, key] = [aFeed(100), randomUUID()];
    const followers = [following(feed, key), following(feed, key)];
    const kills = setInterval(() => void redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub').catch(() => undefined), 25);
    try {
      for (let n = 0; n < 3_000; n += 20) await Promise.all(upTo(20).map((offset) => feed.append(key, n + offset)));
    } finally {
      clearInterval(kills);
    }
    for (const seen of followers) await eventually(() => expect(events(seen)).toEqual(upTo(3_000)));
  });

  test('finds by itself what nobody announced', async () => {
    const [feed, key] = [aFeed(50), randomUUID()];
    const seen = following(feed, key);
    await redis.xadd(key, '*', 'event', '7');
    await eventually(() => expect(events(seen)).toEqual([7]));
  });

  test('goes on after redis was away', async () => {
    const [feed, key] = [aFeed(), randomUUID()];
    const seen = following(feed, key);
    await feed.append(key, 1);
    await eventually(() => expect(events(seen)).toEqual([1]));
    await server.stop();
    await server.start();
    await eventually(() => feed.append(key, 2));
    await eventually(() => expect(events(seen)).toEqual([1, 2]));
  });

  test('skips entries that are no events', async () => {
    const [feed, key] = [aFeed(), randomUUID()];
    await redis.xadd(key, '*', 'event', '{');
    await feed.append(key, 1);
    const seen = following(feed, key);
    await eventually(() => expect(events(seen)).toEqual([1]));
  });

  test('ends with its signal and with the loop, and leaves no subscription behind', async () => {
    const [feed, key] = [aFeed(), randomUUID()];
    following(feed, key);
    await feed.append(key, 1);
    for await (const { event } of feed.follow(key)) {
      expect(event).toBe(1);
      break;
    }
    await eventually(() => expect(hub.topics).toBe(1));
    ends.abort();
    await eventually(() => expect(hub.topics).toBe(0));
    await eventually(async () => expect(await redis.call('PUBSUB', 'NUMSUB', key)).toEqual([key, 0]));
  });

  test('refuses an id that is none', async () => {
    await expect(aFeed().follow('feed', { after: '$' }).next()).rejects.toThrow('`$` is not an entry id');
  });
});

test('a feed is capped and expires', async () => {
  const key = randomUUID();
  const feed = new EventFeed({ redis, maxLength: 100, ttlMs: 50_000 });
  for (const n of upTo(500)) await feed.append(key, n);
  expect(await redis.xlen(key)).toBeLessThan(300);
  expect(await redis.pttl(key)).toBeGreaterThan(40_000);
});

test('a codec of its own lets a feed have flat fields', async () => {
  const key = randomUUID();
  const codec = {
    encode: (name: string) => ({ name }),
    decode: (fields: Record<string, string>) => fields['name'] ?? '',
  };
  const feed = new EventFeed<string>({ redis, codec });
  await feed.append(key, 'ada');
  expect(await redis.xrange(key, '-', '+')).toMatchObject([[expect.any(String), ['name', 'ada']]]);
  for await (const { event } of feed.follow(key)) {
    expect(event).toBe('ada');
    break;
  }
});
