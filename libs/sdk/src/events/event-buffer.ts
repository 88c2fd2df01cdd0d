import { errorText, fullJitter, type Logger, pause, rateLimitedLogger, SILENT_LOGGER } from '@agion/messaging';
import type { AppendResult, EventOutlet, OutgoingEntry } from './event-outlet.js';
import { EventNotPublishedError } from './events.errors.js';
import { bytesOf, HeldEntries, type HeldEntry } from './held-entries.js';

/** How a buffer works. Times in milliseconds. */
export interface EventBufferOptions {
  readonly outlet: EventOutlet;
  /** Entries that start a flush before its time; 100 unless told. */
  readonly flushAt?: number;
  /** 5000 unless told. */
  readonly flushIntervalMs?: number;
  /** The most entries held; 10 000 unless told. */
  readonly capacity?: number;
  /** About the most bytes held; 32 MiB unless told. */
  readonly capacityBytes?: number;
  readonly logger?: Logger;
  readonly random?: () => number;
}

/** What has become of the entries so far; together they are all that were added. */
export interface EventCounts {
  /** Acknowledged. */
  readonly published: number;
  /** Refused by the platform for good. */
  readonly failed: number;
  /** Thrown away unsent: the buffer was full, or closed. */
  readonly dropped: number;
  /** Waiting or under way. */
  readonly bufferSize: number;
}

/** As many as `POST /api/v1/events` takes. */
const BATCH = 500;
/** Milliseconds between attempts while closing, at most. */
const CLOSING_PAUSE_MS = 250;

/**
 * Holds entries until they are acknowledged. Adding never waits and never throws; sending happens in turns of its own, for urgent
 * entries at once. While the outlet fails, attempts back off. What is dropped from a full buffer: see `HeldEntries`.
 */
export class EventBuffer {
  private readonly held: HeldEntries;
  private readonly log: Logger;
  private published = 0;
  private failed = 0;
  private dropped = 0;
  private failures = 0;
  /** By the clock of `performance.now()`, as `due`. */
  private notBefore = 0;
  private due = Infinity;
  private timer: NodeJS.Timeout | undefined;
  private sending: Promise<void> | undefined;
  private closing: Promise<void> | undefined;

  constructor(private readonly options: EventBufferOptions) {
    const { capacity: entries = 10_000, capacityBytes: bytes = 32 * 1024 * 1024, logger = SILENT_LOGGER } = options;
    this.held = new HeldEntries({ entries, bytes }, (entry) => this.drop(entry, 'the buffer is full'));
    this.log = rateLimitedLogger(logger);
  }

  get counts(): EventCounts {
    return { published: this.published, failed: this.failed, dropped: this.dropped, bufferSize: this.held.size };
  }

  /** Takes an entry in. @returns false when it was dropped instead */
  add(entry: OutgoingEntry, { urgent = false }: { urgent?: boolean } = {}): boolean {
    return this.take({ ...entry, urgent, bytes: bytesOf(entry) });
  }

  /**
   * Takes an entry in as urgent, and resolves when it is acknowledged. After a timeout it stays in the buffer and may still be
   * published: whoever sends it again does so under the same id.
   * @throws EventNotPublishedError when it is refused, when there is no room for it, when the buffer closes, after `timeoutMs`
   */
  async addDurably(entry: OutgoingEntry, timeoutMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        const settle = (error?: EventNotPublishedError): void => (error ? reject(error) : resolve());
        timer = setTimeout(
          () => settle(notPublished(`it was not acknowledged within ${timeoutMs} ms, and may still be`)),
          timeoutMs,
        );
        this.take({ ...entry, urgent: true, bytes: bytesOf(entry), settle });
      });
    } finally {
      clearTimeout(timer);
    }
  }

  /** Tries at once to send what is there; resolves when that has been tried. Never rejects. */
  async flush(): Promise<void> {
    await this.sending; // what has come since it began may not be part of it
    this.notBefore = 0;
    await this.send();
  }

  /** Takes nothing more in, goes on trying for `timeoutMs`, drops what is left then, and closes the outlet. Never rejects. */
  close(timeoutMs = 5_000): Promise<void> {
    this.closing ??= this.end(timeoutMs);
    return this.closing;
  }

  private take(entry: HeldEntry): boolean {
    if (this.closing || !this.held.take(entry)) {
      this.drop(entry, this.closing ? 'the sdk is closed' : 'the buffer is full');
      return false;
    }
    if (!this.sending) this.arm();
    return true;
  }

  private drop({ settle }: HeldEntry, why: string): void {
    this.dropped += 1;
    this.log.warn({ ...this.counts, why }, 'an event was dropped');
    settle?.(notPublished(why));
  }

  private get pressing(): boolean {
    return this.held.urgentWaiting > 0 || this.held.waiting >= (this.options.flushAt ?? 100);
  }

  /** Sees to it that there is a next attempt, in a later turn: whoever adds does not do the sending. */
  private arm(): void {
    if (this.closing || this.held.waiting === 0) return;
    const now = performance.now();
    const due = Math.max(this.notBefore, this.pressing ? now : now + (this.options.flushIntervalMs ?? 5_000));
    if (due >= this.due) return;
    clearTimeout(this.timer);
    this.due = due;
    this.timer = setTimeout(() => void this.send(), due - now).unref();
  }

  private disarm(): void {
    clearTimeout(this.timer);
    this.due = Infinity;
  }

  private send(): Promise<void> {
    this.disarm();
    this.sending ??= this.sendBatches().finally(() => {
      this.sending = undefined;
      this.arm();
    });
    return this.sending;
  }

  private async sendBatches(): Promise<void> {
    for (let left = this.held.waiting; left > 0 || this.pressing; left -= BATCH) {
      const batch = this.held.next(BATCH);
      if (batch.length === 0) return;
      const waitMs = this.settle(batch, await this.append(batch));
      if (waitMs === null) continue;
      this.notBefore = performance.now() + waitMs;
      return;
    }
  }

  private async append(batch: readonly HeldEntry[]): Promise<AppendResult[]> {
    try {
      return await this.options.outlet.append(batch);
    } catch (error) {
      return batch.map(() => ({ state: 'later', reason: errorText(error) }));
    }
  }

  /** @returns milliseconds to wait before what was not taken is tried again; null when everything is settled */
  private settle(batch: readonly HeldEntry[], results: readonly AppendResult[]): number | null {
    const later: HeldEntry[] = [];
    let reason = '';
    let retryAfterMs = 0;
    for (const [index, entry] of batch.entries()) {
      const result = results[index] ?? { state: 'later', reason: 'the outlet said nothing about it' };
      if (result.state === 'later') {
        later.push(entry);
        reason = result.reason;
        retryAfterMs = Math.max(retryAfterMs, result.retryAfterMs ?? 0);
      } else this.finish(entry, result);
    }
    this.held.putBack(later);
    if (later.length < batch.length) this.failures = 0;
    if (later.length === 0) return null;
    this.failures += 1;
    this.log.warn({ ...this.counts, error: reason }, 'events could not be published and will be tried again');
    return Math.max(retryAfterMs, fullJitter(this.failures, undefined, this.options.random));
  }

  private finish(entry: HeldEntry, result: Exclude<AppendResult, { state: 'later' }>): void {
    this.held.release(entry);
    if (result.state === 'taken') {
      this.published += 1;
      entry.settle?.();
      return;
    }
    this.failed += 1;
    this.log.error({ stream: entry.stream, error: result.reason }, 'an event was refused');
    entry.settle?.(new EventNotPublishedError(`the event was not published: ${result.reason}`));
  }

  private async end(timeoutMs: number): Promise<void> {
    this.disarm();
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), timeoutMs);
    const isOver = pause(timeoutMs, limit.signal); // one for all attempts: each would listen to the signal until the end
    while (this.held.size > 0 && !limit.signal.aborted) {
      await Promise.race([this.flush(), isOver]);
      if (this.held.size > 0) await pause(CLOSING_PAUSE_MS, limit.signal);
    }
    clearTimeout(timer);
    limit.abort();
    await this.options.outlet.close();
    await this.sending;
    for (const entry of this.held.next(Infinity)) {
      this.held.release(entry);
      this.drop(entry, 'the sdk is closed');
    }
  }
}

const notPublished = (why: string): EventNotPublishedError =>
  new EventNotPublishedError(`the event was not published: ${why}`, { retryable: true });
