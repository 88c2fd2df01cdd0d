import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { eventually, startRedis, type TestRedis } from '@agion/testing';
import { Channels, connected, createRedis, type RedisConnection, TopicHub } from '../src/index.js';

let server: TestRedis;
let redis: RedisConnection;
let hub: TopicHub;
let channels: Channels;

beforeEach(async () => {
  server = await startRedis();
  redis = createRedis({ url: server.url, role: 'command', name: 'channels' });
  hub = new TopicHub({ redisUrl: server.url, name: 'channels:hub' });
  channels = new Channels(redis, hub);
  await connected(redis);
});
afterEach(async () => {
  hub.close();
  redis.disconnect();
  await server.stop();
});

function listening(channel: string) {
  const heard: unknown[] = [];
  const state = { ready: 0 };
  const stop = channels.subscribe(channel, {
    notice: (payload) => heard.push(payload),
    onReady: () => (state.ready += 1),
  });
  return { heard, state, stop };
}

describe('channels', () => {
  test('a notice reaches every listener; one connection and one subscription serve them all', async () => {
    const [first, second] = [listening('news'), listening('news')];
    await eventually(() => expect([first.state.ready, second.state.ready]).toEqual([1, 1]));
    expect(await channels.publish('news', { revision: 1 })).toBe(1);
    await eventually(() => expect([first.heard, second.heard]).toEqual([[{ revision: 1 }], [{ revision: 1 }]]));
  });

  test('a late listener of a subscribed channel is told that it is ready', async () => {
    const first = listening('news');
    await eventually(() => expect(first.state.ready).toBe(1));
    const late = listening('news');
    await eventually(() => expect(late.state.ready).toBe(1));
    expect(first.state.ready).toBe(1);
  });

  test('the last listener that leaves ends the subscription; leaving and coming back at once keeps it', async () => {
    const first = listening('news');
    await eventually(() => expect(first.state.ready).toBe(1));
    first.stop();
    const again = listening('news');
    first.stop();
    await eventually(() => expect(again.state.ready).toBeGreaterThan(0));
    await channels.publish('news', 'x');
    await eventually(() => expect(again.heard).toEqual(['x']));
    expect(first.heard).toEqual([]);
    again.stop();
    await eventually(async () => expect(await redis.call('PUBSUB', 'NUMSUB', 'news')).toEqual(['news', 0]));
  });

  test('after a broken connection every listener is told to look again, and hears again', async () => {
    const [news, sports] = [listening('news'), listening('sports')];
    await eventually(() => expect([news.state.ready, sports.state.ready]).toEqual([1, 1]));
    await redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await eventually(() => expect([news.state.ready, sports.state.ready]).toEqual([2, 2]));
    await channels.publish('sports', 1);
    await eventually(() => expect(sports.heard).toEqual([1]));
  });

  test('listening may begin while redis is away', async () => {
    await server.stop();
    await eventually(() => expect(hub.connected).toBe(false));
    const news = listening('news');
    await server.start();
    await eventually(() => expect(news.state.ready).toBe(1));
  });

  test('a listener that fails and a notice that is not json disturb nobody', async () => {
    const stop = hub.subscribe('news', {
      message: () => {
        throw new Error('listener is broken');
      },
    });
    const news = listening('news');
    await eventually(() => expect(news.state.ready).toBe(1));
    await redis.publish('news', '{');
    await channels.publish('news', 2);
    await eventually(() => expect(news.heard).toEqual([2]));
    stop();
  });
});
