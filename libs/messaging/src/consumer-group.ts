import type { ChainableCommander } from 'ioredis';
import type { EntryFields } from './codec.js';
import type { RedisConnection } from './connection.js';
import type { ConsumerStep } from './consumer-options.js';
import { deadLetterStream } from './dead-letters.js';
import {
  infoRecord,
  list,
  type PendingRow,
  pendingRows,
  pipelineReplies,
  rangeEntries,
  type RawEntry,
  readEntries,
  takenOver,
} from './replies.js';

/**
 * Deletes the consumer only when nothing is pending for it, in one step: deleting a consumer deletes its pending list,
 * and so loses the entries on it.
 */
const LEAVE_SCRIPT = `
local pending = redis.call('XPENDING', KEYS[1], ARGV[1], '-', '+', 1, ARGV[2])
if #pending > 0 then return 0 end
redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], ARGV[2])
return 1`;

/** The most entries of one stream taken over at once; the rest is left for the next time, or for others. */
const TAKEOVER_LIMIT = 10_000;

/** Milliseconds between two looks for streams that are waited for. */
const LOOK_AGAIN_MS = 1_000;

/** Streams that cannot be read: a key of another type has the name, or there is none yet and none is to be made. */
export interface Unreadable {
  readonly unusable: string[];
  readonly absent: string[];
}

/** What was taken over in one stream. */
export interface Takeover {
  readonly stream: string;
  readonly ids: readonly string[];
  readonly deleted: readonly string[];
}

/** The Redis commands of one consumer in one group: no loop, no decisions. */
export class ConsumerGroup {
  private readonly ensured = new Set<string>();
  private lookAgainAt = -Infinity;

  constructor(
    private readonly group: string,
    private readonly consumer: string,
    private readonly command: RedisConnection,
    private readonly blocking: RedisConnection,
    private readonly reached: (step: ConsumerStep) => void = () => undefined,
    private readonly makeStreams = true,
  ) {}

  /** Creates the group where it is missing, from the stream's first entry, and the stream with it unless those are waited for. */
  async ensure(streams: readonly string[]): Promise<Unreadable> {
    const missing = streams.filter((stream) => !this.ensured.has(stream));
    const found: Unreadable = { unusable: [], absent: [] };
    if (missing.length === 0) return found;
    if (performance.now() < this.lookAgainAt) return { ...found, absent: missing };
    const pipeline = this.command.pipeline();
    for (const stream of missing) {
      if (this.makeStreams) pipeline.xgroup('CREATE', stream, this.group, '0', 'MKSTREAM');
      else pipeline.xgroup('CREATE', stream, this.group, '0');
    }
    const results = (await pipeline.exec()) ?? [];
    missing.forEach((stream, index) => {
      const error = results[index]?.[0];
      if (!error || error.message.startsWith('BUSYGROUP')) this.ensured.add(stream);
      else if (error.message.startsWith('WRONGTYPE')) found.unusable.push(stream);
      else if (!this.makeStreams && error.message.includes('requires the key to exist')) found.absent.push(stream);
      else throw error;
    });
    if (found.absent.length > 0) this.lookAgainAt = performance.now() + LOOK_AGAIN_MS;
    return found;
  }

  /** Makes the next {@link ensure} look at every stream again. */
  forget(): void {
    this.ensured.clear();
    this.lookAgainAt = -Infinity;
  }

  /** Entries that nobody in the group has seen; up to `count` of each stream, after at most `blockMs`. */
  async read(streams: readonly string[], count: number, blockMs: number): Promise<RawEntry[]> {
    const fresh = streams.map(() => '>');
    const reply = await this.blocking.xreadgroup(
      'GROUP',
      this.group,
      this.consumer,
      'COUNT',
      count,
      'BLOCK',
      Math.max(1, Math.ceil(blockMs)), // 0 would block for ever
      'STREAMS',
      ...streams,
      ...fresh,
    );
    const entries = readEntries(reply);
    if (entries.length > 0) this.reached('after_read');
    return entries;
  }

  /**
   * Takes over what has been idle for `minIdleMs`, whoever held it, without counting a delivery. `deleted` are entries that
   * were trimmed or deleted before anybody acknowledged them; Redis has dropped them from the pending list.
   */
  async takeOver(streams: readonly string[], minIdleMs: number): Promise<Takeover[]> {
    const takeovers = streams.map((stream) => ({
      stream,
      ids: [] as string[],
      deleted: [] as string[],
      cursor: '0-0',
    }));
    let open = takeovers;
    while (open.length > 0) {
      const found = await this.inPipeline(open, (pipeline, { stream, cursor }) =>
        pipeline.xautoclaim(stream, this.group, this.consumer, minIdleMs, cursor, 'COUNT', 100, 'JUSTID'),
      );
      open.forEach((takeover, index) => {
        const { cursor, ids, deleted } = takenOver(found[index]);
        takeover.ids.push(...ids);
        takeover.deleted.push(...deleted);
        takeover.cursor = cursor;
      });
      open = open.filter(({ cursor, ids }) => cursor !== '0-0' && ids.length < TAKEOVER_LIMIT);
    }
    if (takeovers.some(({ ids }) => ids.length > 0)) this.reached('after_take_over');
    return takeovers;
  }

  /** A page of this consumer's own pending entries, after the id `after`. */
  async ownPending(stream: string, after: string | undefined, count: number): Promise<PendingRow[]> {
    const from = after === undefined ? '-' : `(${after}`;
    return pendingRows(await this.command.xpending(stream, this.group, from, '+', count, this.consumer));
  }

  /** The given entries as far as they are still this consumer's, with their delivery counts. */
  async stillMine(stream: string, ids: readonly string[]): Promise<PendingRow[]> {
    const found = await this.inPipeline(ids, (pipeline, id) =>
      pipeline.xpending(stream, this.group, id, id, 1, this.consumer),
    );
    return found.flatMap(pendingRows);
  }

  /** Hands this consumer its own pending entries again and sets their delivery count. Entries that are gone are missing. */
  async claim(stream: string, ids: readonly string[], deliveries: number): Promise<RawEntry[]> {
    if (ids.length === 0) return [];
    // On the blocking connection: entries may be large, and `command` gives up after half a second.
    const reply = await this.blocking.xclaim(
      stream, this.group, this.consumer, 0, ...ids, 'RETRYCOUNT', deliveries,
    ); // prettier-ignore
    this.reached('after_claim');
    return rangeEntries(stream, reply).filter((entry) => entry.flat !== null);
  }

  /** Restarts the idle clock of entries without counting a delivery. */
  async renew(stream: string, ids: readonly string[]): Promise<void> {
    if (ids.length > 0) await this.command.xclaim(stream, this.group, this.consumer, 0, ...ids, 'JUSTID');
  }

  /** The entries as they stand in the stream, whoever holds them; those that are gone are missing. */
  async find(stream: string, ids: readonly string[]): Promise<RawEntry[]> {
    const found = await this.inPipeline(ids, (pipeline, id) => pipeline.xrange(stream, id, id));
    return found.flatMap((reply) => rangeEntries(stream, reply));
  }

  async acknowledge(stream: string, ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    await this.command.xack(stream, this.group, ...ids);
    this.reached('after_acknowledge');
  }

  /** Writes the dead letter and acknowledges the entry in one transaction. */
  async bury(stream: string, id: string, deadLetter: EntryFields): Promise<void> {
    this.reached('before_dead_letter');
    const transaction = this.command.multi();
    transaction.xadd(deadLetterStream(stream), '*', ...Object.entries(deadLetter).flat());
    transaction.xack(stream, this.group, id);
    pipelineReplies(await transaction.exec());
    this.reached('after_dead_letter');
  }

  /** Removes this consumer from the groups in which nothing is pending for it. */
  async leave(streams: readonly string[]): Promise<void> {
    await this.inPipeline(streams, (pipeline, stream) =>
      pipeline.eval(LEAVE_SCRIPT, 1, stream, this.group, this.consumer),
    );
  }

  /** Removes other consumers that have been silent for `idleMs` and have nothing pending: names of processes long gone. */
  async reap(stream: string, idleMs: number): Promise<void> {
    const consumers = list(await this.command.xinfo('CONSUMERS', stream, this.group)).map(infoRecord);
    const silent = consumers.filter(({ name, idle }) => name !== this.consumer && Number(idle) > idleMs);
    await this.inPipeline(silent, (pipeline, { name }) =>
      pipeline.eval(LEAVE_SCRIPT, 1, stream, this.group, String(name)),
    );
  }

  private async inPipeline<T>(
    items: readonly T[],
    add: (pipeline: ChainableCommander, item: T) => unknown,
  ): Promise<unknown[]> {
    if (items.length === 0) return [];
    const pipeline = this.command.pipeline();
    for (const item of items) add(pipeline, item);
    return pipelineReplies(await pipeline.exec());
  }
}
