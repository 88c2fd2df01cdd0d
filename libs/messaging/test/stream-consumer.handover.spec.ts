import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { eventually, hasRedisServer, startRedis, type TestRedis } from '@agion/testing';
import type { StreamEntry } from '../src/index.js';
import { infoRecord, list } from '../src/replies.js';
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

const numbers = (entries: readonly StreamEntry[]): number[] => entries.map(({ fields }) => Number(fields['n']));
const consumerNames = async (): Promise<unknown[]> =>
  list(await bench.redis.xinfo('CONSUMERS', bench.stream, 'workers')).map((row) => infoRecord(row)['name']);

/** What a process leaves behind that read entries and died; `deliveries` as Redis would have counted them. */
async function deadProcess(count: number, deliveries = 1, consumer = 'dead'): Promise<string[]> {
  await bench.redis.xgroup('CREATE', bench.stream, 'workers', '0', 'MKSTREAM').catch(() => undefined);
  const ids = await bench.produce(0, count);
  await bench.redis.xreadgroup('GROUP', 'workers', consumer, 'COUNT', count, 'STREAMS', bench.stream, '>');
  await bench.redis.xclaim(bench.stream, 'workers', consumer, 0, ...ids, 'RETRYCOUNT', deliveries, 'JUSTID');
  return ids;
}

describe('several consumers', () => {
  test('two consumers share the entries; what one leaves behind the other takes over', async () => {
    const done: number[] = [];
    const stuck = bench.consume(() => new Promise(() => undefined), {
      consumer: 'stuck',
      count: 5,
      handlerTimeoutMs: 60_000,
      minIdleMs: 180_000,
    });
    await bench.produce(0, 5);
    await eventually(() => expect(stuck.status().inFlight).toBe(5));
    bench.consume((entries) => Promise.resolve(void done.push(...numbers(entries))), { consumer: 'two' });
    await bench.produce(5, 10);
    await eventually(() => expect(done).toEqual([5, 6, 7, 8, 9]));
    await stuck.stop(10);
    await eventually(() => expect(done.toSorted()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]));
    await eventually(async () => expect(await bench.pending()).toBe(0));
    expect(bench.count('redelivered')).toBe(5);
  });

  test('a batch that takes longer than the idle time is not taken away from its consumer', async () => {
    const handled: string[] = [];
    const slow = (name: string) => async (entries: StreamEntry[]) => {
      if (entries.length > 1) throw new Error('one at a time, please');
      await new Promise((resolve) => setTimeout(resolve, 300));
      handled.push(`${name}:${entries[0]?.fields['n']}`);
    };
    await bench.produce(0, 10);
    const times = { handlerTimeoutMs: 500, minIdleMs: 1_500 };
    const first = bench.consume(slow('first'), { ...times, consumer: 'first' });
    await eventually(() => expect(first.status().inFlight).toBe(10));
    bench.consume(slow('second'), { ...times, consumer: 'second' });
    await eventually(() => expect(handled).toHaveLength(10)); // 10 × 300 ms against an idle time of 1.5 s
    await eventually(async () => expect(await bench.pending()).toBe(0));
    expect(handled).toEqual(Array.from({ length: 10 }, (_, n) => `first:${n}`));
  });
});

describe('after a crash', () => {
  test('a consumer that comes back under its name finds its own entries without waiting', async () => {
    await deadProcess(3, 1, 'one');
    const seen: StreamEntry[] = [];
    bench.consume((entries) => Promise.resolve(void seen.push(...entries)), { minIdleMs: 60_000 });
    await eventually(() => expect(numbers(seen)).toEqual([0, 1, 2]));
    expect(seen.map(({ deliveries }) => deliveries)).toEqual([2, 2, 2]);
  });

  test('an entry that was delivered five times and never settled is dead without being handled again', async () => {
    const [id] = await deadProcess(1, 5);
    const seen: StreamEntry[] = [];
    bench.consume((entries) => Promise.resolve(void seen.push(...entries)));
    await eventually(async () => expect(await bench.deadLetters()).toHaveLength(1));
    expect(await bench.deadLetters()).toMatchObject([{ n: '0', source_id: id, deliveries: '5' }]);
    expect(seen).toEqual([]);
  });

  test('entries that may have killed a process before are handed over alone', async () => {
    await deadProcess(3, 2);
    const calls: number[][] = [];
    bench.consume((entries) => Promise.resolve(void calls.push(numbers(entries))));
    await eventually(() => expect(calls).toEqual([[0], [1], [2]]));
    await eventually(async () => expect(await bench.pending()).toBe(0));
  });

  /** A life that ends with entries in hand, as soon as `isFatal` says so of a batch. */
  async function fatalLife(isFatal: (numbers: number[]) => boolean, done: Set<number>): Promise<void> {
    let dying = false;
    const consumer = bench.consume(
      (entries) => {
        dying = isFatal(numbers(entries));
        if (dying) return new Promise(() => undefined);
        for (const number of numbers(entries)) done.add(number);
        return Promise.resolve();
      },
      { handlerTimeoutMs: 60_000, minIdleMs: 180_000 },
    );
    const settled = async (): Promise<boolean> => dying || (done.size > 0 && (await bench.pending()) === 0);
    await eventually(async () => expect(await settled()).toBe(true));
    await consumer.stop(0);
  }

  test('of entries in hand at every crash, whoever caused it, none is dead before all have had their turn alone', async () => {
    await bench.produce(0, 4);
    for (let life = 0; life < 10; life += 1) await fatalLife(() => true, new Set());
    expect(await bench.deadLetters()).toEqual([]);
    const done = new Set<number>();
    await fatalLife(() => false, done);
    expect([...done].toSorted()).toEqual([0, 1, 2, 3]);
    expect(await bench.deadLetters()).toEqual([]);
  });

  test('an entry that kills its process is dead after five lives, and its neighbours are done', async () => {
    await bench.produce(0, 20);
    const done = new Set<number>();
    for (let life = 0; life < 6; life += 1) await fatalLife((batch) => batch.includes(7), done);
    expect(await bench.deadLetters()).toMatchObject([{ n: '7', deliveries: '5' }]);
    expect(done.size).toBe(19);
    expect(await bench.pending()).toBe(0);
  });

  test('entries that were deleted before anybody settled them are counted as lost', async () => {
    const ids = await deadProcess(5);
    await bench.redis.xdel(bench.stream, ...ids.slice(0, 3));
    const seen: StreamEntry[] = [];
    bench.consume((entries) => Promise.resolve(void seen.push(...entries)));
    await eventually(() => expect(numbers(seen)).toEqual([3, 4]));
    expect(bench.count('lost')).toBe(3);
    await eventually(async () => expect(await bench.pending()).toBe(0));
  });
});

/** What stands in for a redis-server takes seconds to let go of a connection that was broken off. */
const ROUNDS = hasRedisServer() ? 20 : 5;

describe('stopping', () => {
  test('the batch in hand is finished and acknowledged, nothing more is read, and the consumer leaves the group', async () => {
    const { promise, resolve } = open();
    const done: number[] = [];
    const consumer = bench.consume(
      async (entries) => {
        await promise;
        done.push(...numbers(entries));
      },
      { count: 2, handlerTimeoutMs: 10_000, minIdleMs: 30_000 },
    );
    await bench.produce(0, 4);
    await eventually(() => expect(consumer.status().inFlight).toBe(2));
    const stopped = consumer.stop();
    expect(consumer.status().running).toBe(false);
    resolve();
    await stopped;
    expect(done).toEqual([0, 1]);
    expect(await bench.pending()).toBe(0);
    expect(await consumerNames()).toEqual([]);
    expect(await bench.killConnection('workers:one')).toBe(0);
  });

  test('what a read was bringing when it was broken off is handled, too, and nothing is left behind', async () => {
    const entries = Array.from({ length: 300 }, (_, n) => ({ n, text: 'x'.repeat(40_000) }));
    for (let round = 0; round < ROUNDS; round += 1) {
      await bench.producer.appendMany(bench.stream, entries);
      const { promise: begun, resolve: begin } = open();
      const options = { consumer: `round_${round}`, overlap: 2, handlerTimeoutMs: 5_000, minIdleMs: 15_000 };
      const consumer = bench.consume(() => Promise.resolve(begin()), options);
      await begun;
      for (let turns = round % 5; turns > 0; turns -= 1) await new Promise((resolve) => setImmediate(resolve));
      await consumer.stop();
      expect(await bench.pending()).toBe(0);
      expect(await consumerNames()).toEqual([]);
    }
  }, 60_000);

  test('a consumer with pending entries stays in the group, or they would be lost', async () => {
    const consumer = bench.consume(() => Promise.reject(new Error('not now')));
    await bench.produce(0, 1);
    await eventually(() => expect(bench.count('failed')).toBe(1));
    await consumer.stop();
    expect(await consumerNames()).toEqual(['one']);
    expect(await bench.pending()).toBe(1);
  });

  test('stopping twice, or before the start, or with redis away, just ends', async () => {
    const consumer = bench.consume(() => Promise.resolve(), { redisUrl: 'redis://127.0.0.1:1' });
    await Promise.all([consumer.stop(), consumer.stop()]);
    expect(() => consumer.start()).toThrow('cannot be started again');
  });
});

function open(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}
