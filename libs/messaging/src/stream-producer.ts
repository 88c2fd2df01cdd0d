import { encodeEntry } from './codec.js';
import type { RedisConnection } from './connection.js';
import { RedisClock } from './redis-clock.js';
import { pipelineReplies } from './replies.js';

/** One append of many, each to a stream of its own. */
export interface Append {
  readonly stream: string;
  readonly values: EntryValues;
  readonly trim?: Trim;
}

/** What one append carries. */
export type EntryValues = Readonly<Record<string, unknown>>;

/**
 * Trimming on append, for streams that no consumer group reads. A stream with groups is never trimmed on append: that
 * would drop entries nobody has read, and the group's lag would not show it.
 */
export type Trim = { readonly maxLength: number } | { readonly olderThanMs: number };

/** Appends entries to streams over a `command` connection, which it does not own. */
export class StreamProducer {
  constructor(
    private readonly redis: RedisConnection,
    private readonly clock = new RedisClock(redis),
  ) {}

  /**
   * Appends one entry and returns its id once Redis has taken it. Rejects at once while Redis is away, and within 500 ms
   * when it does not answer; the entry may then have been taken, so it must carry its own identity (`event_id`).
   *
   * @throws EntryTooLargeError, MalformedEntryError as `encodeEntry` does.
   */
  async append(stream: string, values: EntryValues, trim?: Trim): Promise<string> {
    return idOf(await this.redis.call('XADD', ...appendArguments(stream, values, await this.trimming(trim))));
  }

  /**
   * Appends entries in order in one round trip and returns their ids. When one fails the promise rejects with the first
   * error, though others may have been taken.
   */
  async appendMany(stream: string, entries: readonly EntryValues[], trim?: Trim): Promise<string[]> {
    if (entries.length === 0) return [];
    const trimming = await this.trimming(trim);
    const pipeline = this.redis.pipeline();
    for (const values of entries) pipeline.call('XADD', ...appendArguments(stream, values, trimming));
    return pipelineReplies(await pipeline.exec()).map(idOf);
  }

  /**
   * Appends entries to different streams in order in one round trip, and answers for each of them: its id, or the error with which
   * it failed. A key that is not a stream stays as it is, and its append fails with WRONGTYPE. Rejects as `append` does while Redis
   * is away; some of them may then have been taken.
   *
   * @throws EntryTooLargeError, MalformedEntryError before anything is sent.
   */
  async appendEach(appends: readonly Append[]): Promise<(string | Error)[]> {
    const [first] = appends;
    if (!first) return [];
    if (appends.length === 1) return [await this.appendOne(first)]; // a pipeline costs as much again
    const trimmings = await Promise.all(appends.map(({ trim }) => this.trimming(trim)));
    const pipeline = this.redis.pipeline();
    for (const [index, { stream, values }] of appends.entries())
      pipeline.call('XADD', ...appendArguments(stream, values, trimmings[index]));
    const results = (await pipeline.exec()) ?? [];
    const lost = results.find(([error]) => error && error.name !== 'ReplyError');
    if (lost?.[0]) throw lost[0];
    return results.map(([error, reply]) => error ?? idOf(reply));
  }

  /** Ages are by the clock of Redis, as ids are: by one that is ahead, what was just written would be old. */
  private async trimming(trim: Trim | undefined): Promise<string[]> {
    if (!trim) return [];
    if ('maxLength' in trim) return ['MAXLEN', '~', String(trim.maxLength)];
    return ['MINID', '~', String(Math.max(0, (await this.clock.now()) - trim.olderThanMs))];
  }

  private async appendOne({ stream, values, trim }: Append): Promise<string | Error> {
    try {
      return await this.append(stream, values, trim);
    } catch (error) {
      if (error instanceof Error && error.name === 'ReplyError') return error;
      throw error;
    }
  }
}

function appendArguments(stream: string, values: EntryValues, trimming: readonly string[] = []): string[] {
  const given = [stream, ...trimming, '*'];
  const fields = encodeEntry(values);
  for (const name in fields) given.push(name, fields[name] ?? '');
  return given;
}

function idOf(reply: unknown): string {
  if (typeof reply !== 'string') throw new Error('redis answered XADD without an entry id');
  return reply;
}
