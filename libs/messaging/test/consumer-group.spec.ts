import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually, startRedis, type TestRedis } from '@agion/testing';
import { connected, createRedis, StreamConsumer } from '../src/index.js';
import { ConsumerGroup } from '../src/consumer-group.js';
import { infoRecord, list } from '../src/replies.js';
import { ConsumerBench } from './consumer-bench.js';

let server: TestRedis;

beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.stop());

test('silent consumers are removed, except those that still have something pending', async () => {
  const bench = await new ConsumerBench(server.url).ready();
  const blocking = createRedis({ url: server.url, role: 'blocking', name: 'reaping' });
  await connected(blocking);
  const group = new ConsumerGroup('workers', 'me', bench.redis, blocking);
  await group.ensure([bench.stream]);
  await bench.produce(0, 1);
  await group.read([bench.stream], 1, 100);
  await bench.redis.xgroup('CREATECONSUMER', bench.stream, 'workers', 'gone');
  await bench.redis.xgroup('CREATECONSUMER', bench.stream, 'workers', 'busy');
  await bench.redis.xclaim(bench.stream, 'workers', 'busy', 0, ...(await pendingIds(bench)));

  await eventually(async () => {
    await group.reap(bench.stream, 5);
    const consumers = list(await bench.redis.xinfo('CONSUMERS', bench.stream, 'workers')).map(infoRecord);
    expect(consumers.map(({ name }) => name).toSorted()).toEqual(['busy', 'me']);
  });
  blocking.disconnect();
  await bench.end();
});

test('streams that are waited for are not made, and are found once somebody has written to them', async () => {
  const bench = await new ConsumerBench(server.url).ready();
  const stream = `${bench.stream}:waited-for`;
  const handled: string[] = [];
  const consumer = new StreamConsumer({
    redisUrl: server.url,
    group: 'waiting',
    consumer: 'me',
    streams: () => [stream],
    makeStreams: false,
    handlerTimeoutMs: 500,
    minIdleMs: 1_500,
    handle: (entries) => {
      handled.push(...entries.map(({ fields }) => fields['n'] ?? ''));
      return Promise.resolve(entries.map(() => undefined));
    },
  });
  consumer.start();
  await eventually(() => expect(consumer.status().connected).toBe(true));
  expect(await consumer.lag()).toEqual([]);
  expect(await bench.redis.exists(stream)).toBe(0);
  await bench.redis.xadd(stream, '*', 'n', '1');
  await eventually(() => expect(handled).toEqual(['1']));
  await eventually(async () => expect(await consumer.lag()).toMatchObject([{ stream, lag: 0, pending: 0 }]));
  await consumer.stop();
  await bench.end();
});

async function pendingIds(bench: ConsumerBench): Promise<string[]> {
  const rows = list(await bench.redis.xpending(bench.stream, 'workers', '-', '+', 10));
  return rows.map((row) => String(list(row)[0]));
}
