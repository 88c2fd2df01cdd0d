import {
  type Append,
  createRedis,
  errorText,
  type Logger,
  type RedisConnection,
  StreamProducer,
} from '@agion/messaging';
import { streamKey } from '@agion/wire';
import type { EntrySigner } from './entry-signer.js';
import { type AppendResult, type EventOutlet, type OutgoingEntry, TAKEN } from './event-outlet.js';
import { bytesOf } from './held-entries.js';

/** Where the streams are. */
export interface RedisOutletOptions {
  readonly redisUrl: string;
  /** The agent's organization, known after registration: its names begin with it. */
  readonly organizationSlug: () => string;
  /** Shown by CLIENT LIST. */
  readonly name: string;
  /** Entries stay unsigned without one. */
  readonly signer?: Pick<EntrySigner, 'sign'>;
  readonly logger?: Logger;
}

/** Entries of one round trip: halved when one is not answered in time, doubled again when one is. */
const MOST_ENTRIES = 500;
const FEWEST_ENTRIES = 16;
const MOST_BYTES = 1024 * 1024;

/** Appends to the streams in round trips of many. A command is given up after 500 ms, and may have been carried out all the same. */
export class RedisOutlet implements EventOutlet {
  private readonly redis: RedisConnection;
  private readonly producer: StreamProducer;
  private entriesAtOnce = MOST_ENTRIES;

  /** Connects at once, and comes back by itself. */
  constructor(private readonly options: RedisOutletOptions) {
    const { redisUrl: url, name, logger } = options;
    this.redis = createRedis({ url, role: 'command', name, ...(logger && { logger }) });
    this.producer = new StreamProducer(this.redis);
  }

  async append(entries: readonly OutgoingEntry[]): Promise<AppendResult[]> {
    const results: AppendResult[] = [];
    while (results.length < entries.length) {
      const some = this.roundTrip(entries, results.length);
      const lost = await this.send(some, results);
      if (lost === null) continue;
      for (let left = entries.length - results.length; left > 0; left -= 1)
        results.push({ state: 'later', reason: lost });
    }
    return results;
  }

  close(): Promise<void> {
    this.redis.disconnect();
    return Promise.resolve();
  }

  private async signed({ stream, fields }: OutgoingEntry): Promise<Append> {
    const { organizationSlug, signer } = this.options;
    const key = streamKey(organizationSlug(), stream);
    return { stream: key, values: signer ? await signer.sign(key, fields) : fields };
  }

  private roundTrip(entries: readonly OutgoingEntry[], from: number): OutgoingEntry[] {
    const some: OutgoingEntry[] = [];
    let bytes = 0;
    for (let index = from; index < entries.length && some.length < this.entriesAtOnce; index += 1) {
      const entry = entries[index] as OutgoingEntry;
      bytes += bytesOf(entry);
      if (some.length > 0 && bytes > MOST_BYTES) break;
      some.push(entry);
    }
    return some;
  }

  /** @returns null, or why nobody knows what became of them */
  private async send(some: readonly OutgoingEntry[], results: AppendResult[]): Promise<string | null> {
    try {
      const appends = await Promise.all(some.map((entry) => this.signed(entry)));
      const replies = await this.producer.appendEach(appends);
      for (const reply of replies) results.push(reply instanceof Error ? resultOf(reply) : TAKEN);
      this.entriesAtOnce = Math.min(MOST_ENTRIES, this.entriesAtOnce * 2);
      return null;
    } catch (error) {
      this.entriesAtOnce = Math.max(FEWEST_ENTRIES, this.entriesAtOnce >> 1);
      return errorText(error);
    }
  }
}

/** Out of memory, read-only, loading, not permitted: somebody will mend it. A key of another kind is none of that. */
const resultOf = (error: Error): AppendResult => ({
  state: error.message.startsWith('WRONGTYPE') ? 'refused' : 'later',
  reason: error.message,
});
