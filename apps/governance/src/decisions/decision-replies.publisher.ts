import { type RedisConnection, StreamProducer } from '@agion/messaging';
import { COMMAND_REDIS, UnavailableError } from '@agion/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { ReplyFields } from './decision-reply.js';
import type { ReplyTarget } from './reply-target.js';

export interface Reply {
  target: ReplyTarget;
  fields: ReplyFields;
}

/** Milliseconds an answer stays in its stream. */
const KEPT_MS = 60_000;
/** Seconds the stream of a container stays that nobody asks from any more; renewed while somebody does. */
const IDLE_STREAM_SECONDS = 600;
const RENEWAL_MS = 60_000;
/** Between two times that old answers are taken out of a stream. */
const TRIM_EVERY_MS = 1_000;
const MOST_STREAMS = 10_000;
const PAGE = 1_000;
const MOST_PAGES = 200;

/** Answers to the streams agents read. */
@Injectable()
export class DecisionRepliesPublisher {
  private readonly renewed = new LRUCache<string, true>({ max: MOST_STREAMS, ttl: RENEWAL_MS });
  private readonly trimmed = new LRUCache<string, true>({ max: MOST_STREAMS, ttl: TRIM_EVERY_MS });

  constructor(
    private readonly producer: StreamProducer,
    @Inject(COMMAND_REDIS) private readonly redis: RedisConnection,
  ) {}

  /**
   * Sends answers in one round trip. @returns for each the error it failed with, or null. A key that is no stream stays as it is.
   * @throws UnavailableError when Redis is away: the answers are tried again as soon as it is back
   */
  async send(replies: readonly Reply[]): Promise<(Error | null)[]> {
    const appends = replies.map(({ target: { stream }, fields }) => {
      if (this.trimmed.has(stream)) return { stream, values: fields };
      this.trimmed.set(stream, true);
      return { stream, values: fields, trim: { olderThanMs: KEPT_MS } };
    });
    const results = await this.producer.appendEach(appends).catch((cause: unknown) => {
      throw Object.assign(new UnavailableError('redis does not take the answers'), { cause });
    });
    const named = new Set(replies.filter(({ target }) => target.named).map(({ target }) => target.stream));
    if (named.size > 0) await this.renew(named);
    return results.map((result) => (result instanceof Error ? result : null));
  }

  /** Earlier answers among those to requests taken since then, by decision id; `whole`: others are not in the stream. */
  async find(
    stream: string,
    sinceMs: number,
    decisionIds: ReadonlySet<string>,
  ): Promise<{ found: Map<string, ReplyFields>; whole: boolean }> {
    const found = new Map<string, ReplyFields>();
    let from = `${sinceMs}-0`;
    for (let page = 0; found.size < decisionIds.size; page += 1) {
      if (page === MOST_PAGES) return { found, whole: false };
      const entries = await this.redis.xrange(stream, from, '+', 'COUNT', PAGE).catch(nothingInOtherKeys);
      for (const [, flat] of entries) {
        const id = flat[flat.indexOf('decision_id') + 1];
        if (id !== undefined && decisionIds.has(id) && !found.has(id)) found.set(id, Object.fromEntries(pairsIn(flat)));
      }
      if (entries.length < PAGE) break;
      from = `(${entries.at(-1)?.[0] ?? from}`;
    }
    return { found, whole: true };
  }

  private async renew(streams: ReadonlySet<string>): Promise<void> {
    const due = [...streams].filter((stream) => !this.renewed.has(stream));
    try {
      await Promise.all(
        due.map(async (stream) => {
          await this.redis.call('EXPIRE', stream, IDLE_STREAM_SECONDS);
          this.renewed.set(stream, true);
        }),
      );
    } catch {
      // The answers are sent; the next ones bring the next try.
    }
  }
}

const pairsIn = (flat: readonly string[]): [string, string][] =>
  flat.flatMap((name, index) => (index % 2 === 0 ? [[name, flat[index + 1] ?? ''] as [string, string]] : []));

function nothingInOtherKeys(error: Error): [string, string[]][] {
  if (error.message.startsWith('WRONGTYPE')) return [];
  throw error;
}
