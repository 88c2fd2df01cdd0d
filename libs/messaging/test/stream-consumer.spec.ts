import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { eventually, startRedis, type TestRedis } from '@agion/testing';
import { encodeEntry, PermanentError, type StreamEntry, UnavailableError } from '../src/index.js';
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

/** A handler that keeps what it did, and fails as told. */
function recording(failing: (entry: StreamEntry) => Error | undefined = () => undefined) {
  const done: number[] = [];
  const calls: number[][] = [];
  const handle = (entries: StreamEntry[]): Promise<void> => {
    calls.push(numbers(entries));
    for (const entry of entries) {
      const error = failing(entry);
      if (error) return Promise.reject(error);
    }
    done.push(...numbers(entries));
    return Promise.resolve();
  };
  return { done, calls, handle };
}

describe('the ordinary way', () => {
  test('entries from before the group existed are read, in order, and acknowledged', async () => {
    await bench.produce(0, 250);
    const { done, handle } = recording();
    const consumer = bench.consume(handle);
    await eventually(() => expect(done).toEqual(Array.from({ length: 250 }, (_, n) => n)));
    await eventually(async () => expect(await bench.pending()).toBe(0));
    expect(bench.count('acknowledged')).toBe(250);
    expect(consumer.status()).toMatchObject({ running: true, connected: true, inFlight: 0 });
    expect(await consumer.lag()).toMatchObject([{ stream: bench.stream, group: 'workers', lag: 0, pending: 0 }]);
  });

  test('streams may come and go while the consumer runs, and share its batches', async () => {
    const streams = [bench.stream];
    const { done, handle } = recording();
    bench.consume(handle, { streams: () => streams, blockMs: 50 });
    await bench.produce(0, 1);
    await eventually(() => expect(done).toEqual([0]));
    const second = `${bench.stream}:second`;
    await bench.producer.append(second, { n: 7 });
    streams.push(second);
    await eventually(() => expect(done).toEqual([0, 7]));
  });

  test('a key of another type does not keep the consumer from the other streams', async () => {
    const wrong = `${bench.stream}:wrong`;
    await bench.redis.set(wrong, 'text');
    const { done, handle } = recording();
    bench.consume(handle, { streams: () => [wrong, bench.stream] });
    await bench.produce(0, 3);
    await eventually(() => expect(done).toEqual([0, 1, 2]));
  });

  test('outcomes settle each entry for itself', async () => {
    await bench.produce(0, 3);
    bench.consume((entries) =>
      Promise.resolve(numbers(entries).map((n) => (n === 1 ? new PermanentError('odd') : undefined))),
    );
    await eventually(async () => expect(await bench.deadLetters()).toMatchObject([{ n: '1' }]));
    await eventually(async () => expect(await bench.pending()).toBe(0));
  });
});

describe('failures', () => {
  test('a transient failure is tried again after the idle time and then succeeds', async () => {
    let failures = 2;
    const { done, handle } = recording(() => (failures-- > 0 ? new Error('not now') : undefined));
    bench.consume(handle);
    await bench.produce(0, 1);
    await eventually(() => expect(done).toEqual([0]));
    await eventually(async () => expect(await bench.pending()).toBe(0));
    expect(await bench.deadLetters()).toEqual([]);
  });

  test('a permanent failure goes to the dead letters at once and the group goes on', async () => {
    const { done, calls, handle } = recording(({ fields }) =>
      fields['n'] === '0' ? new PermanentError('never') : undefined,
    );
    bench.consume(handle);
    const [id] = await bench.produce(0, 1);
    await bench.produce(1, 3);
    await eventually(() => expect(done).toEqual([1, 2]));
    const letters = await eventually(async () => {
      const found = await bench.deadLetters();
      expect(found).toHaveLength(1);
      return found;
    });
    expect(letters).toEqual([
      { n: '0', error: 'PermanentError: never', deliveries: '1', source_id: id, failed_at: expect.any(String) },
    ]);
    expect(calls.flat().filter((n) => n === 0).length).toBeLessThanOrEqual(2); // in its batch, then alone
  });

  test('an entry that always fails is dead after five deliveries; its neighbours are not touched', async () => {
    const seen: number[] = [];
    const { done, calls, handle } = recording((entry) => {
      if (entry.fields['n'] !== '2') return undefined;
      seen.push(entry.deliveries);
      return new Error('poison');
    });
    await bench.produce(0, 5);
    bench.consume(handle);
    await eventually(async () => expect(await bench.deadLetters()).toHaveLength(1), { timeoutMs: 10_000 });
    expect(await bench.deadLetters()).toMatchObject([{ n: '2', error: 'Error: poison', deliveries: '5' }]);
    expect([...new Set(seen)]).toEqual([1, 2, 3, 4, 5]);
    expect(done.toSorted()).toEqual([0, 1, 3, 4]);
    expect(calls.filter((call) => call.length > 1)).toHaveLength(1); // the batch once, then each entry alone
    expect(await bench.pending()).toBe(0);
  });

  test('a handler that does not answer counts as a failure and is told to stop', async () => {
    let aborted = false;
    let first = true;
    const done: number[] = [];
    bench.consume((entries, { signal }) => {
      if (!first) return Promise.resolve(void done.push(...numbers(entries)));
      first = false;
      signal.addEventListener('abort', () => (aborted = true));
      return new Promise(() => undefined);
    });
    await bench.produce(0, 1);
    await eventually(() => expect(done).toEqual([0]));
    expect(aborted).toBe(true);
    await eventually(async () => expect(await bench.pending()).toBe(0));
  });

  test('while something the handler needs is down nothing is counted against the entries', async () => {
    let down = true;
    const { done, handle } = recording(() => (down ? new UnavailableError('no database') : undefined));
    const consumer = bench.consume(handle, { maxDeliveries: 1 });
    await bench.produce(0, 3);
    await eventually(() => expect(consumer.status().inFlight).toBe(3));
    await bench.produce(3, 5);
    const since = Date.now();
    await eventually(() => expect(Date.now() - since).toBeGreaterThan(900)); // three idle times: the lease must hold
    down = false;
    await eventually(() => expect(done).toEqual([0, 1, 2, 3, 4]));
    expect(await bench.deadLetters()).toEqual([]);
  });

  test('malformed and oversized entries go to the dead letters and the group goes on', async () => {
    await bench.redis.xadd(bench.stream, '*', 'n', '1', 'n', '2');
    await bench.redis.xadd(bench.stream, '*', 'n', '1', 'blob', 'x'.repeat(1024 * 1024));
    await bench.redis.xadd(bench.stream, '*', 'error', 'mine', 'n', '9');
    const { done, handle } = recording(({ fields }) => (fields['n'] === '9' ? new PermanentError('x') : undefined));
    bench.consume(handle);
    await bench.producer.append(bench.stream, encodeEntry({ n: 3 }));
    await eventually(() => expect(done).toEqual([3]));
    const letters = await eventually(async () => {
      const found = await bench.deadLetters();
      expect(found).toHaveLength(3);
      return found;
    });
    expect(letters[0]).toMatchObject({ n: '2', error: 'MalformedEntryError: a field comes twice' });
    expect(letters[1]?.['blob']).toHaveLength(1_000);
    expect(letters[2]).toMatchObject({ entry_error: 'mine', error: 'PermanentError: x' });
  });
});
