import { fullJitter } from './backoff.js';
import { decodeEntry, encodeEntry, type EntryFields, jsonField } from './codec.js';
import type { RedisConnection } from './connection.js';
import { errorText, type Logger, rateLimitedLogger, SILENT_LOGGER } from './logger.js';
import { pause } from './pause.js';
import { rangeEntries, type RawEntry } from './replies.js';
import { compareStreamIds, isStreamId } from './stream-id.js';
import type { TopicHub } from './topic-hub.js';

/** How events stand in the entries of a feed. */
export interface FeedCodec<T> {
  encode(event: T): Readonly<Record<string, unknown>>;
  /** May throw: such an entry is skipped and logged. */
  decode(fields: EntryFields): T;
}

/** How a feed works. */
export interface EventFeedOptions<T> {
  /** A `command` connection; the feed does not own it. */
  readonly redis: RedisConnection;
  /** Wakes the followers; a feed that only appends needs none. */
  readonly hub?: TopicHub;
  /** One JSON field `event` unless told. */
  readonly codec?: FeedCodec<T>;
  /** About how many events are kept; 10 000 unless told. */
  readonly maxLength?: number;
  /** How long the feed outlives its last event, in milliseconds; one hour unless told. */
  readonly ttlMs?: number;
  /** How long a follower waits at most before it looks by itself, in milliseconds; 1000 unless told. */
  readonly pollMs?: number;
  readonly logger?: Logger;
}

/** An event and its place in the feed. */
export interface FeedEvent<T> {
  readonly id: string;
  readonly event: T;
}

/** Where to begin and when to end. */
export interface FollowOptions {
  /** The last id already seen; from the beginning unless told. */
  readonly after?: string;
  readonly signal?: AbortSignal;
}

/** Appends and announces in one step: the channel has the name of the key, the message is the id. */
const APPEND_SCRIPT = `
local id = redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], '*', unpack(ARGV, 3))
redis.call('PEXPIRE', KEYS[1], ARGV[2])
redis.call('PUBLISH', KEYS[1], id)
return id`;

const BEGINNING = '0-0';
const PAGE = 100;

/** A capped stream whose appends are announced, so that any number of followers see each event soon, once and in order. */
export class EventFeed<T = unknown> {
  private readonly codec: FeedCodec<T>;
  private readonly log: Logger;

  constructor(private readonly options: EventFeedOptions<T>) {
    this.codec = options.codec ?? jsonCodec<T>();
    this.log = rateLimitedLogger(options.logger ?? SILENT_LOGGER);
  }

  /** Appends an event and returns its id. Rejects at once while Redis is away. */
  async append(key: string, event: T): Promise<string> {
    const { redis, maxLength = 10_000, ttlMs = 3_600_000 } = this.options;
    const fields = Object.entries(encodeEntry(this.codec.encode(event))).flat();
    return String(await redis.eval(APPEND_SCRIPT, 1, key, maxLength, ttlMs, ...fields));
  }

  /**
   * The events after `after`, then each new one, until the signal is aborted or the caller leaves the loop. Survives
   * outages of Redis. Holds one page at a time: a slow follower costs no memory, but events may be trimmed before it
   * comes to them.
   *
   * @throws RangeError when `after` is not an entry id.
   */
  async *follow(key: string, { after = BEGINNING, signal }: FollowOptions = {}): AsyncGenerator<FeedEvent<T>> {
    if (!isStreamId(after)) throw new RangeError(`\`${after}\` is not an entry id`);
    const bell = new Bell();
    let last = after;
    // Subscribe before the first read; what came before the subscription is found when it goes live.
    const leave = this.options.hub?.subscribe(key, {
      message: (id) => (!isStreamId(id) || compareStreamIds(id, last) > 0) && bell.ring(),
      live: () => bell.ring(),
    });
    try {
      while (!signal?.aborted) {
        bell.hush();
        const page = await this.readPage(key, last, signal);
        for (const entry of page) {
          last = entry.id;
          const event = this.decode(key, entry);
          if (event) yield event;
          if (signal?.aborted) return;
        }
        if (page.length < PAGE) await bell.wait(this.options.pollMs ?? 1_000, signal);
      }
    } finally {
      leave?.();
    }
  }

  private async readPage(key: string, after: string, signal?: AbortSignal): Promise<RawEntry[]> {
    for (let attempt = 1; !signal?.aborted; attempt += 1) {
      try {
        return rangeEntries(key, await this.options.redis.xrange(key, `(${after}`, '+', 'COUNT', PAGE));
      } catch (error) {
        this.log.warn({ feed: key, error: errorText(error) }, 'feed could not be read');
        await pause(fullJitter(attempt), signal);
      }
    }
    return [];
  }

  private decode(key: string, { id, flat }: RawEntry): FeedEvent<T> | undefined {
    try {
      return { id, event: this.codec.decode(decodeEntry(flat ?? [])) };
    } catch (error) {
      this.log.warn({ feed: key, entry: id, error: errorText(error) }, 'feed entry was skipped');
      return undefined;
    }
  }
}

/** Wakes one waiter; a ring while nobody waits is kept for the next wait. */
class Bell {
  private rung = new AbortController();

  ring(): void {
    this.rung.abort();
  }

  hush(): void {
    if (this.rung.signal.aborted) this.rung = new AbortController();
  }

  async wait(ms: number, signal?: AbortSignal): Promise<void> {
    await pause(ms, signal ? AbortSignal.any([signal, this.rung.signal]) : this.rung.signal);
  }
}

function jsonCodec<T>(): FeedCodec<T> {
  return {
    encode: (event) => ({ event: JSON.stringify(event) }),
    decode: (fields) => jsonField(fields, 'event') as T,
  };
}
