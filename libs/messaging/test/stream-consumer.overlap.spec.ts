import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { eventually, startRedis, type TestRedis } from '@agion/testing';
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

describe('batches in work beside each other', () => {
  test('are as many as allowed; the next one is read while the first is not done', async () => {
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    const begun: string[] = [];
    bench.consume(
      async (entries) => {
        begun.push(...entries.map(({ id }) => id));
        await released;
      },
      { overlap: 3, count: 1, handlerTimeoutMs: 5_000, minIdleMs: 15_000 },
    );
    const ids = await bench.produce(0, 10);
    await eventually(() => expect(begun).toEqual(ids.slice(0, 3)));
    expect(await bench.pending()).toBe(3);
    release();
    await eventually(() => expect(begun).toEqual(ids));
    await eventually(async () => expect(await bench.pending()).toBe(0));
  });

  test('are each handled once, and acknowledged', async () => {
    const handled = new Map<string, number>();
    bench.consume(
      async (entries) => {
        await new Promise((resolve) => setImmediate(resolve));
        for (const { id } of entries) handled.set(id, (handled.get(id) ?? 0) + 1);
      },
      { overlap: 4, count: 10, handlerTimeoutMs: 5_000, minIdleMs: 15_000 },
    );
    const ids = await bench.produce(0, 2_000);
    await eventually(() => expect(handled.size).toBe(2_000), { timeoutMs: 15_000 });
    await eventually(async () => expect(await bench.pending()).toBe(0));
    expect([...handled.keys()].sort()).toEqual([...ids].sort());
    expect(Math.max(...handled.values())).toBe(1);
  });

  test('are waited for when the consumer stops', async () => {
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const done: string[] = [];
    const consumer = bench.consume(
      async (entries) => {
        await released;
        done.push(...entries.map(({ id }) => id));
      },
      { overlap: 4, count: 5, handlerTimeoutMs: 5_000, minIdleMs: 15_000 },
    );
    await bench.produce(0, 20);
    await eventually(() => expect(consumer.status().inFlight).toBeGreaterThan(5));
    const stopping = consumer.stop();
    release();
    await stopping;
    expect(await bench.pending()).toBe(0);
    expect(done.length).toBeGreaterThan(5);
  });
});
