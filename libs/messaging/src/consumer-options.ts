import { type EntryFields } from './codec.js';
import { MAX_BLOCK_MS } from './connection.js';
import { UnavailableError } from './errors.js';
import type { Logger } from './logger.js';

/** One entry handed to a handler. */
export interface StreamEntry {
  readonly stream: string;
  readonly id: string;
  readonly fields: EntryFields;
  /** How often Redis has delivered it, this time included. */
  readonly deliveries: number;
}

/** What became of one entry: `undefined` = done; an error = what a handler of that entry alone would have thrown. */
export type Outcome = Error | undefined;

/**
 * Handles a batch. Resolving with nothing means that all are done; resolving with outcomes, one for each entry in the
 * same order, settles each for itself; rejecting means the batch failed as a whole, and its entries are then tried one
 * at a time. May see an entry more than once: it must be idempotent by the producer's event id.
 * `signal` is aborted when the time is over.
 */
export type BatchHandler = (
  entries: StreamEntry[],
  context: { readonly signal: AbortSignal },
) => Promise<readonly Outcome[] | void>;

/** What a consumer counts, by stream. `lost` = trimmed or deleted before anybody acknowledged it: an alarm. */
export type ConsumerMetric = 'read' | 'redelivered' | 'acknowledged' | 'failed' | 'dead_lettered' | 'lost';

/** Hooks for telemetry. They must not throw. */
export interface ConsumerMetrics {
  count?(metric: ConsumerMetric, stream: string, entries: number): void;
  /** One call of the handler. */
  handled?(entries: number, durationMs: number): void;
}

/** A step of the loop between two of which a crash may fall. */
export const CONSUMER_STEPS = [
  'after_read',
  'after_take_over',
  'after_claim',
  'before_dead_letter',
  'after_dead_letter',
  'after_acknowledge',
] as const;
export type ConsumerStep = (typeof CONSUMER_STEPS)[number];

/** How a consumer works. Times are in milliseconds. */
export interface StreamConsumerOptions {
  readonly redisUrl: string;
  readonly group: string;
  /** Stable for one replica, unique in the group. */
  readonly consumer: string;
  /** The streams to read; asked before each read, so that organizations can come and go. */
  readonly streams: () => readonly string[];
  /** Makes the streams that do not exist; true unless told. Otherwise they are waited for, and found within seconds. */
  readonly makeStreams?: boolean;
  readonly handle: BatchHandler;
  /** After this the handler's batch counts as failed. */
  readonly handlerTimeoutMs: number;
  /** After this long without an acknowledgement an entry may be taken over; at least 3 × `handlerTimeoutMs`. */
  readonly minIdleMs: number;
  /** The most entries in one batch; 100 unless told. */
  readonly count?: number;
  /**
   * Batches of new entries in work at once; 1 unless told. With more, the next batch is read and handed over while earlier ones are
   * not done yet: entries are then no longer handled one batch after the other.
   */
  readonly overlap?: number;
  /** The longest blocking read, at most 5000; 2000 unless told. */
  readonly blockMs?: number;
  /** After so many deliveries without success an entry goes to the dead letters; 5 unless told. */
  readonly maxDeliveries?: number;
  /** The longest wait between two tries of an entry; 5 minutes unless told. */
  readonly longestRetryMs?: number;
  /** Which errors mean that something the handler needs is down; an `UnavailableError` always does. */
  readonly isUnavailable?: (error: unknown) => boolean;
  /** Told of each step of the loop, for fault tests. */
  readonly reached?: (step: ConsumerStep) => void;
  readonly logger?: Logger;
  readonly metrics?: ConsumerMetrics;
}

/** The options with their defaults. */
export type ConsumerSettings = Required<Omit<StreamConsumerOptions, 'logger' | 'metrics'>>;

/**
 * Fills in the defaults.
 *
 * @throws RangeError naming the first option that cannot work.
 */
export function consumerSettings(options: StreamConsumerOptions): ConsumerSettings {
  const settings: ConsumerSettings = {
    ...options,
    makeStreams: options.makeStreams ?? true,
    count: options.count ?? 100,
    overlap: options.overlap ?? 1,
    blockMs: options.blockMs ?? 2_000,
    maxDeliveries: options.maxDeliveries ?? 5,
    longestRetryMs: options.longestRetryMs ?? 300_000,
    reached: options.reached ?? (() => undefined),
    isUnavailable: (error) => hasUnavailableCause(error) || (options.isUnavailable?.(error) ?? false),
  };
  within('count', settings.count, 1, 10_000);
  within('overlap', settings.overlap, 1, 100);
  within('blockMs', settings.blockMs, 1, MAX_BLOCK_MS);
  within('maxDeliveries', settings.maxDeliveries, 1, 1_000);
  within('handlerTimeoutMs', settings.handlerTimeoutMs, 1, 3_600_000);
  within('minIdleMs', settings.minIdleMs, 3 * settings.handlerTimeoutMs, 86_400_000);
  within('longestRetryMs', settings.longestRetryMs, 0, 86_400_000);
  if (settings.group === '' || settings.consumer === '') throw new RangeError('`group` and `consumer` need a name');
  return settings;
}

function within(name: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  const hint = name === 'minIdleMs' ? ' (3 × `handlerTimeoutMs` at least: a slow handler must not look dead)' : '';
  throw new RangeError(`\`${name}\` must be a whole number from ${least} to ${most}${hint}`);
}

function hasUnavailableCause(error: unknown): boolean {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth += 1) {
    if (cause instanceof UnavailableError) return true;
  }
  return false;
}
