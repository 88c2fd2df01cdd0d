import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { eventually, startRedis, type TestRedis } from '@agion/testing';
import { EntryTooLargeError, trimConsumed } from '../src/index.js';
import { ConsumerBench } from './consumer-bench.js';

let server: TestRedis;
let bench: ConsumerBench;

beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.stop());
beforeEach(async () => {
  bench = await new ConsumerBench(server.url).ready();
});
afterEach(() => bench.end());

describe('the producer', () => {
  test('writes flat fields and gives the ids in order', async () => {
    const id = await bench.producer.append(bench.stream, {
      name: 'ada',
      at: new Date(0),
      context: { a: [1] },
      none: null,
    });
    expect(await bench.redis.xrange(bench.stream, '-', '+')).toEqual([
      [id, ['name', 'ada', 'at', '1970-01-01T00:00:00.000Z', 'context', '{"a":[1]}']],
    ]);
    const ids = await bench.produce(0, 1_000);
    expect(await bench.redis.xlen(bench.stream)).toBe(1_001);
    expect((await bench.redis.xrange(bench.stream, ids[3] ?? '', ids[3] ?? ''))[0]?.[1]).toEqual(['n', '3']);
    expect(await bench.producer.appendMany(bench.stream, [])).toEqual([]);
  });

  test('trims only when it is asked to', async () => {
    for (let n = 0; n < 300; n += 1) await bench.producer.append(bench.stream, { n }, { maxLength: 10 });
    expect(await bench.redis.xlen(bench.stream)).toBeLessThan(200);
  });

  test('answers for each of many appends, and leaves a key that is not a stream as it is', async () => {
    const [good, other, text] = ['good', 'other', 'text'].map((name) => `${bench.stream}:${name}`) as [
      string,
      string,
      string,
    ];
    await bench.redis.set(text, 'mine');
    const appends = [good, text, other, good].map((stream) => ({ stream, values: { n: 1 } }));
    const results = await bench.producer.appendEach(appends);
    expect(results.map((result) => (result instanceof Error ? result.message : 'id'))).toEqual([
      'id',
      expect.stringMatching(/^WRONGTYPE/),
      'id',
      'id',
    ]);
    expect(await bench.redis.get(text)).toBe('mine');
    expect(await bench.redis.xlen(good)).toBe(2);
    expect(await bench.producer.appendEach([])).toEqual([]);
  });

  test('refuses an oversized entry before anything is sent', async () => {
    const entries = [{ n: 1 }, { blob: 'x'.repeat(1024 * 1024) }];
    await expect(bench.producer.appendMany(bench.stream, entries)).rejects.toThrow(EntryTooLargeError);
    expect(await bench.redis.xlen(bench.stream)).toBe(0);
  });
});

describe('trimming what was consumed', () => {
  test('leaves alone what any group has not read or not acknowledged', async () => {
    const ids = await bench.produce(0, 1_000);
    expect(await trimConsumed(bench.redis, bench.stream)).toBe(0); // nobody reads it: it may be a log
    await bench.redis.xgroup('CREATE', bench.stream, 'slow', '0');
    await bench.redis.xreadgroup('GROUP', 'slow', 'a', 'COUNT', 500, 'STREAMS', bench.stream, '>');
    await bench.redis.xack(bench.stream, 'slow', ...ids.slice(0, 400));
    bench.consume(() => Promise.resolve());
    await eventually(async () => expect(await bench.pending()).toBe(0));
    await eventually(() => expect(bench.count('acknowledged')).toBe(1_000));
    const removed = await trimConsumed(bench.redis, bench.stream);
    expect(removed).toBeGreaterThan(200);
    expect(removed).toBeLessThanOrEqual(400);
    expect(await bench.redis.xrange(bench.stream, ids[400] ?? '', ids[400] ?? '')).toHaveLength(1);
  });

  test('keeps consumed entries for as long as it is told, and knows no stream that is not there', async () => {
    await bench.produce(0, 500);
    bench.consume(() => Promise.resolve());
    await eventually(() => expect(bench.count('acknowledged')).toBe(500));
    expect(await trimConsumed(bench.redis, bench.stream, 60_000)).toBe(0);
    expect(await trimConsumed(bench.redis, `${bench.stream}:none`)).toBe(0);
  });
});
