import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { STREAMS } from '@agion/wire';
import { EventBuffer, type EventBufferOptions } from './event-buffer.js';
import { type AppendResult, type EventOutlet, type OutgoingEntry, TAKEN } from './event-outlet.js';

/** An outlet that keeps what it takes, and can be told to fail. */
class Shelf implements EventOutlet {
  readonly taken: string[] = [];
  readonly batches: number[] = [];
  closed = false;
  /** Decides about each entry. */
  verdict: (id: string) => AppendResult = () => TAKEN;
  /** Holds answers back while it is set. */
  gate: Promise<void> | undefined;

  async append(entries: readonly OutgoingEntry[]): Promise<AppendResult[]> {
    this.batches.push(entries.length);
    await this.gate;
    return entries.map(({ fields: { event_id: id = '' } }) => {
      const result = this.verdict(id);
      if (result.state === 'taken') this.taken.push(id);
      return result;
    });
  }

  close(): Promise<void> {
    this.closed = true;
    return Promise.resolve();
  }
}

const LATER: AppendResult = { state: 'later', reason: 'away' };
const entry = (id: number | string): OutgoingEntry => ({
  stream: STREAMS.trust,
  fields: { event_id: String(id), agent_id: 'demo:a' },
});
const ids = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, index) => String(from + index));

const open: EventBuffer[] = [];
function made(options: Partial<EventBufferOptions> = {}): { shelf: Shelf; buffer: EventBuffer } {
  const shelf = new Shelf();
  const buffer = new EventBuffer({ outlet: shelf, random: () => 0.5, ...options });
  open.push(buffer);
  return { shelf, buffer };
}

/** Lets timers of the next `ms` milliseconds come due. */
const pass = (ms: number): Promise<void> => jest.advanceTimersByTimeAsync(ms);

describe('a buffer of events', () => {
  afterEach(async () => {
    jest.useRealTimers();
    await Promise.all(open.splice(0).map((buffer) => buffer.close(0)));
  });

  it('sends what is there after the interval, in order and in one batch', async () => {
    jest.useFakeTimers();
    const { shelf, buffer } = made();
    for (const id of ids(0, 99)) expect(buffer.add(entry(id))).toBe(true);
    await pass(4_999);
    expect(shelf.taken).toEqual([]);
    expect(buffer.counts).toEqual({ published: 0, failed: 0, dropped: 0, bufferSize: 99 });
    await pass(1);
    expect(shelf.taken).toEqual(ids(0, 99));
    expect(shelf.batches).toEqual([99]);
    expect(buffer.counts).toEqual({ published: 99, failed: 0, dropped: 0, bufferSize: 0 });
  });

  it('does not wait for the interval from a hundred on, but never sends in the turn of the caller', async () => {
    jest.useFakeTimers();
    const { shelf, buffer } = made();
    for (const id of ids(0, 100)) buffer.add(entry(id));
    expect(shelf.batches).toEqual([]);
    await pass(1);
    expect(shelf.taken).toHaveLength(100);
  });

  it('sends an urgent event at once, and before all others', async () => {
    jest.useFakeTimers();
    const { shelf, buffer } = made();
    buffer.add(entry('slow'));
    buffer.add(entry('quick'), { urgent: true });
    await pass(1);
    expect(shelf.taken).toEqual(['quick', 'slow']);
  });

  it('backs off while the outlet fails, urgent or not, and then sends everything in order', async () => {
    jest.useFakeTimers();
    const { shelf, buffer } = made({ flushAt: 1 });
    shelf.verdict = () => LATER;
    for (const id of ids(0, 3)) buffer.add(entry(id));
    await pass(60_000);
    buffer.add(entry('urgent'), { urgent: true });
    await pass(60_000);
    // With the middle of the jitter: 75 ms, doubled until it is 2.5 s.
    expect(shelf.batches.length).toBeGreaterThan(40);
    expect(shelf.batches.length).toBeLessThan(70);
    expect(buffer.counts).toMatchObject({ published: 0, bufferSize: 4 });
    shelf.verdict = () => TAKEN;
    await pass(5_000);
    expect(shelf.taken).toEqual(['urgent', '0', '1', '2']);
  });

  it('waits as long as it is asked to', async () => {
    jest.useFakeTimers();
    const { shelf, buffer } = made({ flushAt: 1 });
    shelf.verdict = () => ({ state: 'later', reason: 'too many requests', retryAfterMs: 30_000 });
    buffer.add(entry(1));
    await pass(29_000);
    expect(shelf.batches).toEqual([1]);
    await pass(2_000);
    expect(shelf.batches).toEqual([1, 1]);
  });

  it('lets go of what is refused, and keeps what is not', async () => {
    const { shelf, buffer } = made();
    shelf.verdict = (id) => (id === '1' ? { state: 'refused', reason: 'bad' } : id === '2' ? LATER : TAKEN);
    for (const id of ids(0, 4)) buffer.add(entry(id));
    await buffer.flush();
    expect(buffer.counts).toEqual({ published: 2, failed: 1, dropped: 0, bufferSize: 1 });
    shelf.verdict = () => TAKEN;
    await buffer.flush();
    expect(shelf.taken).toEqual(['0', '3', '2']);
  });

  it('drops the oldest when it is full, and counts it', async () => {
    const { shelf, buffer } = made({ capacity: 10 });
    for (const id of ids(0, 25)) expect(buffer.add(entry(id))).toBe(true);
    expect(buffer.counts).toEqual({ published: 0, failed: 0, dropped: 15, bufferSize: 10 });
    await buffer.flush();
    expect(shelf.taken).toEqual(ids(15, 25));
  });

  it('drops no urgent event for another: the newest of them finds no room', async () => {
    const { shelf, buffer } = made({ capacity: 3 });
    buffer.add(entry('ordinary'));
    for (const id of ids(0, 3)) expect(buffer.add(entry(id), { urgent: true })).toBe(true);
    expect(buffer.add(entry('late'), { urgent: true })).toBe(false);
    expect(buffer.add(entry('later'))).toBe(false);
    await buffer.flush();
    expect(shelf.taken).toEqual(['0', '1', '2']);
    expect(buffer.counts).toEqual({ published: 3, failed: 0, dropped: 3, bufferSize: 0 });
  });

  it('is bounded by what its entries take too', () => {
    const { buffer } = made({ capacityBytes: 100_000 });
    const large = { stream: STREAMS.trust, fields: { context: 'x'.repeat(10_000) } };
    for (let n = 0; n < 10; n += 1) buffer.add(large);
    expect(buffer.counts).toMatchObject({ bufferSize: 4, dropped: 6 });
    expect(buffer.add({ ...large, fields: { context: 'x'.repeat(60_000) } })).toBe(false);
  });

  it('loses and repeats nothing when an outlet that failed takes over what came meanwhile', async () => {
    const { shelf, buffer } = made({ capacity: 100 });
    let opened = (): void => undefined;
    shelf.gate = new Promise((resolve) => (opened = resolve));
    shelf.verdict = (id) => (Number(id) % 2 ? TAKEN : LATER);
    for (const id of ids(0, 50)) buffer.add(entry(id));
    const first = buffer.flush();
    for (const id of ids(50, 100)) buffer.add(entry(id));
    opened();
    await first;
    shelf.verdict = () => TAKEN;
    await buffer.flush();
    await buffer.flush();
    expect(shelf.taken.map(Number).sort((a, b) => a - b)).toEqual(ids(0, 100).map(Number));
    expect(buffer.counts).toEqual({ published: 100, failed: 0, dropped: 0, bufferSize: 0 });
  });

  it('keeps a durable event until it is acknowledged, and says so then', async () => {
    const { shelf, buffer } = made();
    shelf.verdict = () => LATER;
    let acknowledged = false;
    const durable = buffer.addDurably(entry(1), 5_000).then(() => (acknowledged = true));
    await buffer.flush();
    expect(acknowledged).toBe(false);
    shelf.verdict = () => TAKEN;
    await buffer.flush();
    await durable;
    expect(shelf.taken).toEqual(['1']);
  });

  it('tells the publisher of a durable event when it is refused, finds no room, takes too long or is closed away', async () => {
    const { shelf, buffer } = made({ capacity: 1 });
    shelf.verdict = () => ({ state: 'refused', reason: 'there is no such agent' });
    await expect(buffer.addDurably(entry(1), 5_000)).rejects.toMatchObject({
      message: 'the event was not published: there is no such agent',
      retryable: false,
    });
    shelf.verdict = () => LATER;
    await expect(buffer.addDurably(entry(2), 20)).rejects.toThrow('not acknowledged within 20 ms');
    await expect(buffer.addDurably(entry(3), 5_000)).rejects.toThrow('the buffer is full');
    await buffer.close(0);
    await expect(buffer.addDurably(entry(4), 5_000)).rejects.toThrow('the sdk is closed');
    expect(buffer.counts).toEqual({ published: 0, failed: 1, dropped: 3, bufferSize: 0 });
  });

  it('sends what is left when it is closed, and takes nothing more', async () => {
    const { shelf, buffer } = made();
    for (const id of ids(0, 1_700)) buffer.add(entry(id));
    await buffer.close();
    expect(shelf.taken).toEqual(ids(0, 1_700));
    expect(shelf.batches).toEqual([500, 500, 500, 200]);
    expect(shelf.closed).toBe(true);
    expect(buffer.add(entry('late'))).toBe(false);
    expect(buffer.counts).toMatchObject({ dropped: 1 });
  });

  it('goes on trying while it closes', async () => {
    const { shelf, buffer } = made();
    let attempts = 0;
    shelf.verdict = () => ((attempts += 1) < 3 ? LATER : TAKEN);
    buffer.add(entry(1));
    await buffer.close(5_000);
    expect(shelf.taken).toEqual(['1']);
  });

  it('gives up when closing takes too long, even when the outlet never answers, and counts what was left', async () => {
    const { shelf, buffer } = made();
    let opened = (): void => undefined;
    shelf.gate = new Promise((resolve) => (opened = resolve));
    shelf.close = () => Promise.resolve(opened());
    shelf.verdict = () => LATER;
    for (const id of ids(0, 600)) buffer.add(entry(id));
    await buffer.close(50);
    expect(buffer.counts).toEqual({ published: 0, failed: 0, dropped: 600, bufferSize: 0 });
  });

  it('survives an outlet that throws or says too little', async () => {
    const { shelf, buffer } = made();
    buffer.add(entry(1));
    shelf.append = () => Promise.reject(new Error('broken'));
    await buffer.flush();
    shelf.append = () => Promise.resolve([]);
    await buffer.flush();
    expect(buffer.counts).toEqual({ published: 0, failed: 0, dropped: 0, bufferSize: 1 });
  });
});
