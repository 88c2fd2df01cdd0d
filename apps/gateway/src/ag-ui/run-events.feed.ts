import { EventFeed, type FeedEvent, type FollowOptions, type RedisConnection } from '@agion/messaging';
import { COMMAND_REDIS, UnavailableError } from '@agion/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { feedKey, type RunFeedEvent } from '@agion/wire';

export type { FeedEvent };

/** What execution tells about runs. */
@Injectable()
export class RunEventsFeed {
  constructor(
    @Inject(EventFeed) private readonly feed: EventFeed<RunFeedEvent>,
    @Inject(COMMAND_REDIS) private readonly redis: RedisConnection,
  ) {}

  /** Each event once and in order, the next ones as they come, until the signal. */
  follow(slug: string, runId: string, options: FollowOptions): AsyncGenerator<FeedEvent<RunFeedEvent>> {
    return this.feed.follow(feedKey.runEvents(slug, runId), options);
  }

  /** The event with this id, or `null` when the feed has it no more. @throws UnavailableError while Redis is away */
  async at(slug: string, runId: string, entryId: string): Promise<RunFeedEvent | null> {
    const [entry] = await this.redis.xrange(feedKey.runEvents(slug, runId), entryId, entryId).catch(away);
    const [, fields] = entry ?? [];
    return fields?.[0] === 'event' ? (JSON.parse(fields[1] ?? 'null') as RunFeedEvent | null) : null;
  }

  /** Whether nothing comes after this id, for now. @throws UnavailableError while Redis is away */
  async isDrained(slug: string, runId: string, after: string): Promise<boolean> {
    const key = feedKey.runEvents(slug, runId);
    const entries = await this.redis.xrange(key, `(${after}`, '+', 'COUNT', 1).catch(away);
    return entries.length === 0;
  }
}

function away(): never {
  throw new UnavailableError('redis does not answer');
}
