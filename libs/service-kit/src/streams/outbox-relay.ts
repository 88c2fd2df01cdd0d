import type { StreamProducer } from '@agion/messaging';
import type { Logger } from 'pino';

/** A fact waiting to be published. `stream` is a complete key. */
export interface OutboxEntry {
  stream: string;
  fields: Readonly<Record<string, string>>;
}

/** Where facts wait. Implemented over the outbox table of a service's schema. */
export interface OutboxSource {
  /**
   * Hands over up to `limit` entries and removes them when `publish` has returned. Entries another replica holds are skipped.
   * @returns how many there were
   */
  drain(limit: number, publish: (entries: OutboxEntry[]) => Promise<void>): Promise<number>;
}

export interface OutboxRelayOptions {
  source: OutboxSource;
  producer: Pick<StreamProducer, 'appendMany'>;
  /** Adds the service's signature. */
  sign: (entry: OutboxEntry) => OutboxEntry;
  logger: Logger;
  /** Told how many were published. */
  published?: (facts: number) => void;
  /** Milliseconds between two looks when nothing nudges. Default 500. */
  intervalMs?: number;
}

const BATCH = 200;
const MAX_BACKOFF = 10_000;
/** Sent together at most: what takes Redis longer than a command may would be sent again and again, and nothing after it ever. */
const MOST_CHARACTERS = 2 * 1024 * 1024;

/**
 * Moves facts from a service's outbox to their streams: at least once and in the order they became visible.
 * A crash between publishing and removing publishes again; readers drop what they have by its `event_id`.
 */
export class OutboxRelay {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private nudged = false;
  private stopped = false;
  private failures = 0;

  constructor(private readonly options: OutboxRelayOptions) {}

  start(): void {
    this.schedule(0);
  }

  /** Something was committed: look now. */
  nudge(): void {
    this.nudged = true;
    if (!this.running) this.schedule(0);
  }

  /** Publishes what is under way and stops. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.running;
  }

  private schedule(delayMs: number): void {
    if (this.stopped) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.running = this.relay().finally(() => {
        this.running = undefined;
      });
    }, delayMs);
    this.timer.unref();
  }

  private async relay(): Promise<void> {
    const { source, producer, sign, logger, published, intervalMs = 500 } = this.options;
    this.nudged = false;
    try {
      let count: number;
      do {
        count = await source.drain(BATCH, (entries) => publish(producer, entries.map(sign)));
        if (count > 0) published?.(count);
      } while (count === BATCH && !this.stopped);
      this.failures = 0;
      this.schedule(this.nudged ? 0 : intervalMs);
    } catch (error) {
      this.failures += 1;
      if (this.failures === 1) logger.warn({ err: error }, 'outbox could not be relayed, trying again');
      this.schedule(Math.min(MAX_BACKOFF, intervalMs * 2 ** Math.min(this.failures, 10)));
    }
  }
}

async function publish(producer: OutboxRelayOptions['producer'], entries: OutboxEntry[]): Promise<void> {
  const byStream = Map.groupBy(entries, ({ stream }) => stream);
  await Promise.all(
    [...byStream].map(async ([stream, group]) => {
      for (const some of inPortions(group)) await producer.appendMany(stream, some);
    }),
  );
}

/** In their order, as many together as fit; one that is larger goes alone. */
function inPortions(entries: readonly OutboxEntry[]): OutboxEntry['fields'][][] {
  const portions: OutboxEntry['fields'][][] = [];
  let room = 0;
  for (const { fields } of entries) {
    const characters = Object.entries(fields).reduce((sum, [name, value]) => sum + name.length + value.length, 0);
    if (characters > room || portions.length === 0) {
      portions.push([]);
      room = MOST_CHARACTERS;
    }
    portions.at(-1)?.push(fields);
    room -= characters;
  }
  return portions;
}
