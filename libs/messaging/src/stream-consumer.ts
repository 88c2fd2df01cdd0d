import { fullJitter } from './backoff.js';
import { BatchRunner } from './batch-runner.js';
import { connected, createRedis, type RedisConnection } from './connection.js';
import { ConsumerGroup } from './consumer-group.js';
import { consumerSettings, type ConsumerSettings, type StreamConsumerOptions } from './consumer-options.js';
import { Delivery } from './delivery.js';
import { InFlight } from './in-flight.js';
import { LastRead } from './last-read.js';
import { errorText, type Logger, rateLimitedLogger, SILENT_LOGGER } from './logger.js';
import { Overlap, type Slot } from './overlap.js';
import { aborted, pause } from './pause.js';
import { ReadSize } from './read-size.js';
import { type Counting, Redelivery } from './redelivery.js';
import { RetrySchedule } from './retry-schedule.js';
import { Settlement } from './settlement.js';
import { type GroupLag, readGroupLag } from './stream-lag.js';

/** What a consumer says about itself. */
export interface ConsumerStatus {
  readonly running: boolean;
  readonly connected: boolean;
  /** When a read last answered (milliseconds since 1970), with entries or without; null before the first. */
  readonly lastReadAt: number | null;
  /** Entries handed over and not yet settled. */
  readonly inFlight: number;
}

/** Entries that failed and wait for their next try; when there are so many, nothing new is read. */
const MOST_WAITING = 1_000;
const LONGEST_SWEEP_INTERVAL_MS = 2_000;
/** The longest that reading stops for batches in work before a sweep. */
const LONGEST_WAIT_MS = 500;
const IDLE_MS = 200;
const REAP_INTERVAL_MS = 600_000;
const REAP_IDLE_MS = 3_600_000;

/**
 * Reads streams as one consumer of a group, at least once. Each pass: what was handled is acknowledged, missing groups
 * are made, own pending entries come first (after a start or a broken connection), then what is idle is taken over, then
 * new entries are read. Handling is sequential; scale by more consumers in the group.
 */
export class StreamConsumer {
  private readonly settings: ConsumerSettings;
  private readonly log: Logger;
  private readonly retries: RetrySchedule;
  private readonly readSize: ReadSize;
  private readonly command: RedisConnection;
  private readonly blocking: RedisConnection;
  private readonly group: ConsumerGroup;
  private readonly inFlight: InFlight;
  private readonly settlement: Settlement;
  private readonly delivery: Delivery;
  private readonly overlap: Overlap;
  private readonly redelivery: Redelivery;
  private readonly stopping = new AbortController();
  private readonly deadline = new AbortController();
  /** The streams seen so far, and how their own pending entries must be brought back before the next read. */
  private readonly seen = new Map<string, Counting | 'nothing'>();
  private readonly lastRead: LastRead;
  private loop: Promise<void> | undefined;
  private stopped: Promise<void> | undefined;
  private failures = 0;
  private lastReadAt: number | null = null;
  private sweptAt = -Infinity;
  private reapedAt = performance.now();

  /** @throws RangeError when an option cannot work, TypeError for a bad URL. Connects at once. */
  constructor(private readonly options: StreamConsumerOptions) {
    const settings = (this.settings = consumerSettings(options));
    const { metrics = {}, logger = SILENT_LOGGER } = options;
    const signals = { stopping: this.stopping.signal, deadline: this.deadline.signal };
    this.log = rateLimitedLogger(logger);
    const connection = { url: settings.redisUrl, logger };
    const name = `${settings.group}:${settings.consumer}`;
    this.command = createRedis({ ...connection, role: 'command', name });
    this.blocking = createRedis({ ...connection, role: 'blocking', name: `${name}:read`, blockMs: settings.blockMs });
    const { group, consumer, reached, makeStreams } = settings;
    this.group = new ConsumerGroup(group, consumer, this.command, this.blocking, reached, makeStreams);
    this.readSize = new ReadSize(settings.count);
    const longestMs = Math.max(settings.minIdleMs, settings.longestRetryMs);
    this.retries = new RetrySchedule({ firstMs: settings.minIdleMs, longestMs, entries: MOST_WAITING });
    const runner = new BatchRunner(settings, signals.deadline, (entries, durationMs) =>
      metrics.handled?.(entries, durationMs),
    );
    this.settlement = new Settlement(this.group, this.retries, settings, metrics, this.log);
    const slot = (): Slot => {
      const inFlight = new InFlight(this.group, settings.minIdleMs, () => performance.now());
      return { inFlight, delivery: new Delivery(settings, runner, inFlight, this.settlement, signals, this.log) };
    };
    ({ inFlight: this.inFlight, delivery: this.delivery } = slot());
    this.overlap = new Overlap(settings.overlap, slot);
    const redelivery = (by: ConsumerGroup, end: AbortSignal): Redelivery =>
      new Redelivery(by, this.delivery, this.settlement, this.retries, settings, metrics, end);
    this.redelivery = redelivery(this.group, signals.stopping);
    this.lastRead = new LastRead(settings, this.command, signals.deadline, redelivery);
  }

  /** Begins to read. Does not wait for Redis: see {@link status}. A consumer that was stopped stays stopped. */
  start(): void {
    if (this.stopping.signal.aborted) throw new Error('a stopped consumer cannot be started again');
    this.loop ??= this.run();
  }

  /**
   * Stops reading, lets what was read finish for at most `deadlineMs` (the handler's time limit unless told), leaves
   * the groups where nothing is pending for this consumer, and closes its connections.
   */
  stop(deadlineMs: number = this.settings.handlerTimeoutMs): Promise<void> {
    return (this.stopped ??= this.end(deadlineMs));
  }

  /** For readiness. */
  status(): ConsumerStatus {
    return {
      running: this.loop !== undefined && !this.stopping.signal.aborted,
      connected: this.command.status === 'ready' && this.blocking.status === 'ready',
      lastReadAt: this.lastReadAt,
      inFlight: this.inFlight.size + this.overlap.size,
    };
  }

  /** How far the group is behind, for each stream. Rejects while Redis is away. */
  lag(): Promise<GroupLag[]> {
    const { streams, makeStreams, group } = this.settings;
    const read = streams().filter((stream) => makeStreams || this.seen.has(stream));
    return readGroupLag(this.command, read, group);
  }

  private async end(deadlineMs: number): Promise<void> {
    this.stopping.abort();
    this.blocking.disconnect();
    const overdue = setTimeout(() => this.deadline.abort(), deadlineMs);
    const isOver = aborted(this.deadline.signal);
    await Promise.race([this.loop, isOver]);
    try {
      await Promise.race([this.lastRead.bring(this.seen), isOver]);
      await this.settlement.acknowledge();
      await this.group.leave([...this.seen.keys()]);
    } catch (error) {
      this.log.warn({ ...this.identity(), error: errorText(error) }, 'consumer could not leave its group');
    }
    clearTimeout(overdue);
    this.deadline.abort();
    this.command.disconnect();
  }

  private async run(): Promise<void> {
    await this.connections();
    while (!this.stopping.signal.aborted) {
      try {
        await this.pass();
        this.failures = 0;
      } catch (error) {
        await this.recover(error);
      }
    }
    await this.overlap.done();
  }

  private async pass(): Promise<void> {
    await this.settlement.acknowledge();
    const streams = await this.readableStreams();
    if (streams.length === 0) return pause(IDLE_MS, this.stopping.signal);
    for (const stream of streams) await this.bringBack(stream);
    await this.sweep(streams);
    if (this.stopping.signal.aborted) return;
    const untilSweep = this.sweptAt + this.sweepIntervalMs - performance.now();
    if (this.retries.full) return pause(untilSweep, this.stopping.signal);
    await this.readNew(streams, untilSweep);
  }

  private async readableStreams(): Promise<string[]> {
    const wanted = [...new Set(this.settings.streams())];
    const { unusable, absent } = await this.group.ensure(wanted);
    if (unusable.length > 0) {
      this.log.error({ ...this.identity(), streams: unusable }, 'a key that is not a stream has the name of a stream');
    }
    const streams = wanted.filter((stream) => !unusable.includes(stream) && !absent.includes(stream));
    for (const stream of streams) if (!this.seen.has(stream)) this.seen.set(stream, 'counted');
    return streams;
  }

  private async bringBack(stream: string): Promise<void> {
    const counting = this.seen.get(stream);
    if (counting === undefined || counting === 'nothing') return;
    await this.overlap.done();
    await this.redelivery.ownPending(stream, counting);
    this.seen.set(stream, 'nothing');
  }

  private async sweep(streams: readonly string[]): Promise<void> {
    const now = performance.now();
    if (now - this.sweptAt < this.sweepIntervalMs) return;
    const isDone = await this.overlap.isDoneWithin(LONGEST_WAIT_MS);
    this.sweptAt = performance.now();
    if (!isDone) return; // what is in hand waits for something that is away: new entries must not wait for it too
    await this.redelivery.sweep(streams, now);
    this.sweptAt = performance.now();
    if (now - this.reapedAt < REAP_INTERVAL_MS) return;
    for (const stream of streams) await this.group.reap(stream, REAP_IDLE_MS);
    this.reapedAt = now;
  }

  private async readNew(streams: readonly string[], untilSweepMs: number): Promise<void> {
    const { blockMs } = this.settings;
    const perStream = Math.max(1, Math.floor(this.readSize.entries / streams.length));
    const entries = await this.group.read(streams, perStream, Math.min(blockMs, untilSweepMs));
    this.lastReadAt = Date.now();
    this.readSize.saw(entries);
    if (entries.length === 0) return;
    this.lastRead.saw(entries);
    for (const stream of streams) this.countRead(stream, entries.filter((entry) => entry.stream === stream).length);
    if (this.settings.overlap === 1) await this.delivery.deliver(entries, 1);
    else await this.overlap.deliver(entries);
  }

  private countRead(stream: string, entries: number): void {
    if (entries > 0) this.options.metrics?.count?.('read', stream, entries);
  }

  /** After any error: what was read but not seen here is found among the own pending entries. */
  private async recover(error: unknown): Promise<void> {
    if (this.stopping.signal.aborted) return;
    await this.overlap.done();
    const message = errorText(error);
    this.log.error({ ...this.identity(), error: message }, 'consumer could not read its streams');
    if (/^(NOGROUP|UNBLOCKED|WRONGTYPE)/.test(message)) this.group.forget();
    for (const [stream, counting] of this.seen) if (counting === 'nothing') this.seen.set(stream, 'uncounted');
    if (!this.status().connected) return this.connections(); // they come back with a backoff of their own
    this.failures += 1;
    await pause(fullJitter(this.failures), this.stopping.signal);
  }

  /** Waits for Redis, but not for ever. */
  private async connections(): Promise<void> {
    const ready = (redis: RedisConnection): Promise<void> => connected(redis, undefined, this.stopping.signal);
    const both = Promise.all([ready(this.command), ready(this.blocking)]);
    await both.catch((error: unknown) =>
      this.log.error({ ...this.identity(), error: errorText(error) }, 'consumer waits for redis'),
    );
  }

  private get sweepIntervalMs(): number {
    return Math.min(LONGEST_SWEEP_INTERVAL_MS, Math.ceil(this.settings.minIdleMs / 4));
  }

  private identity(): Record<string, unknown> {
    return { group: this.settings.group, consumer: this.settings.consumer };
  }
}
