import { connected, createRedis, type RedisConnection } from './connection.js';
import { ConsumerGroup } from './consumer-group.js';
import type { ConsumerSettings } from './consumer-options.js';
import type { Counting, Redelivery } from './redelivery.js';
import type { RawEntry } from './replies.js';

/**
 * The read that is broken off when a consumer stops. Redis may have answered it all the same: it has then given entries to this
 * consumer that nobody has seen, and that others would take over only when they have been idle for long.
 */
export class LastRead {
  /** The newest entry that a read has brought, of each stream: a later read brings only newer ones. */
  private readonly newest = new Map<string, string>();

  constructor(
    private readonly settings: ConsumerSettings,
    private readonly command: RedisConnection,
    private readonly deadline: AbortSignal,
    private readonly redelivery: (group: ConsumerGroup, end: AbortSignal) => Redelivery,
  ) {}

  /** What a read has brought. */
  saw(entries: readonly RawEntry[]): void {
    for (const { stream, id } of entries) this.newest.set(stream, id);
  }

  /**
   * Hands over what the last read has brought unseen, until the deadline. Rejects while Redis is away.
   * @param streams those that may have been read, and how their own pending entries were to be brought back before; where that was
   * still to be done with all of them, nothing was read
   */
  async bring(streams: ReadonlyMap<string, Counting | 'nothing'>): Promise<void> {
    if (this.deadline.aborted) return;
    const { group, consumer } = this.settings;
    const looking = new ConsumerGroup(group, consumer, this.command, this.command);
    const unseen: string[] = [];
    for (const [stream, counting] of streams)
      if (counting !== 'counted' && (await looking.ownPending(stream, this.newest.get(stream), 1)).length > 0)
        unseen.push(stream);
    if (unseen.length > 0) await this.redeliver(unseen);
  }

  private async redeliver(streams: readonly string[]): Promise<void> {
    const { redisUrl: url, group, consumer, reached } = this.settings;
    const again = createRedis({ url, role: 'blocking', name: `${group}:${consumer}:last` });
    try {
      await connected(again, undefined, this.deadline);
      const redelivery = this.redelivery(
        new ConsumerGroup(group, consumer, this.command, again, reached),
        this.deadline,
      );
      for (const stream of streams) await redelivery.ownPending(stream, 'uncounted', this.newest.get(stream));
    } finally {
      again.disconnect();
    }
  }
}
