import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { eventually, startRedis, type TestRedis } from '@agion/testing';
import type { StreamEntry } from '../src/index.js';
import { ConsumerBench } from './consumer-bench.js';

let server: TestRedis;
let bench: ConsumerBench;

beforeEach(async () => {
  server = await startRedis();
  bench = await new ConsumerBench(server.url).ready();
});
afterEach(async () => {
  await bench.end();
  await server.stop();
});

const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

/** Keeps each number once, as an idempotent handler would, and how often entries came. */
function collecting() {
  const done = new Set<number>();
  const state = { calls: 0, entries: 0, deliveries: [] as number[] };
  const handle = (entries: StreamEntry[]): Promise<void> => {
    state.calls += 1;
    state.entries += entries.length;
    for (const { fields, deliveries } of entries) {
      done.add(Number(fields['n']));
      state.deliveries.push(deliveries);
    }
    return Promise.resolve();
  };
  return { done, state, handle };
}

const sorted = (numbers: Iterable<number>): number[] => [...numbers].toSorted((left, right) => left - right);

describe('broken connections', () => {
  test('entries that were delivered into a broken connection are found again, without waiting and uncounted', async () => {
    const { done, state, handle } = collecting();
    bench.consume(handle, { handlerTimeoutMs: 10_000, minIdleMs: 60_000 });
    await eventually(async () => expect(await bench.pending()).toBe(0));
    await bench.produce(0, 10);
    await eventually(() => expect(done.size).toBe(10));
    // Redis delivers to `one`, but that consumer never sees the reply: as if its connection had broken just then.
    const unseen = bench.redis.multi();
    for (let n = 10; n < 20; n += 1) unseen.xadd(bench.stream, '*', 'n', n);
    unseen.xreadgroup('GROUP', 'workers', 'one', 'COUNT', 100, 'STREAMS', bench.stream, '>');
    await unseen.exec();
    await eventually(async () => expect(await bench.killConnection('workers:one:read')).toBeGreaterThan(0));
    await eventually(() => expect(sorted(done)).toEqual(upTo(20)));
    await eventually(async () => expect(await bench.pending()).toBe(0));
    expect(new Set(state.deliveries)).toEqual(new Set([1]));
  });

  test('nothing is lost while both connections are killed again and again under load', async () => {
    const { done, handle } = collecting();
    bench.consume(handle, { count: 20 });
    const total = 2_000;
    let killed = 0;
    const kills = setInterval(() => {
      const name = killed++ % 2 === 0 ? 'workers:one:read' : 'workers:one';
      void bench.killConnection(name).catch(() => undefined);
    }, 25);
    try {
      for (let from = 0; from < total; from += 100) {
        await bench.produce(from, from + 100);
        await eventually(() => expect(done.size).toBeGreaterThan(from - 500), { timeoutMs: 20_000 });
      }
    } finally {
      clearInterval(kills);
    }
    await eventually(() => expect(sorted(done)).toEqual(upTo(total)), { timeoutMs: 20_000 });
    await eventually(async () => expect(await bench.pending()).toBe(0));
    expect(await bench.deadLetters()).toEqual([]);
  });

  test('the consumer outlives a restart of redis without data: it makes the group again and reads from the start', async () => {
    const { done, handle } = collecting();
    const lines: string[] = [];
    const line = (_: unknown, message: string): void => void lines.push(message);
    const consumer = bench.consume(handle, { logger: { info: line, warn: line, error: line } });
    await bench.produce(0, 5);
    await eventually(() => expect(done.size).toBe(5));
    const downAt = Date.now();
    await server.stop();
    await eventually(() => expect(consumer.status().connected).toBe(false));
    await eventually(() => expect(Date.now() - downAt).toBeGreaterThan(1_500));
    const seconds = Math.ceil((Date.now() - downAt) / 1_000);
    expect(lines.length).toBeLessThanOrEqual(3 * (seconds + 1)); // at most a line a second and source, of three sources
    await server.start();
    await eventually(() => bench.produce(5, 8), { timeoutMs: 10_000 });
    await eventually(() => expect(sorted(done)).toEqual(upTo(8)), { timeoutMs: 10_000 });
  });

  test('the group is made again after FLUSHALL and after the stream was deleted', async () => {
    const { done, handle } = collecting();
    bench.consume(handle);
    await bench.produce(0, 3);
    await eventually(() => expect(done.size).toBe(3));
    await bench.redis.flushall();
    await bench.produce(3, 6);
    await eventually(() => expect(done.size).toBe(6));
    await bench.redis.del(bench.stream);
    await bench.produce(6, 9);
    await eventually(() => expect(done.size).toBe(9));
  });

  test('a frozen redis is noticed, and read on when it thaws', async () => {
    const { done, handle } = collecting();
    const consumer = bench.consume(handle, { blockMs: 100 });
    await bench.produce(0, 1);
    await eventually(() => expect(done.size).toBe(1));
    server.signal('SIGSTOP');
    try {
      await expect(bench.produce(1, 2)).rejects.toThrow('timed out');
      await eventually(() => expect(consumer.status().connected).toBe(false)); // block + 2 s
    } finally {
      server.signal('SIGCONT');
    }
    await eventually(() => bench.produce(2, 3));
    await eventually(() => expect(done.has(2)).toBe(true), { timeoutMs: 10_000 });
  });
});
