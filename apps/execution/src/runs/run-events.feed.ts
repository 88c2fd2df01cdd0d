import { EventFeed } from '@agion/messaging';
import { Inject, Injectable } from '@nestjs/common';
import { feedKey, type RunFeedEvent } from '@agion/wire';
import { persistently } from './persistently.js';

/** Milliseconds an event may wait for Redis. */
const PATIENCE_MS = 10_000;

/** Tells the followers of a run what happens in it. */
@Injectable()
export class RunEventsFeed {
  constructor(@Inject(EventFeed) private readonly feed: EventFeed<RunFeedEvent>) {}

  /**
   * Appends an event. One whose answer was lost is appended again; readers know it by its `seq`.
   * @throws when Redis stays away
   */
  async append(slug: string, runId: string, event: RunFeedEvent): Promise<void> {
    await persistently(() => this.feed.append(feedKey.runEvents(slug, runId), event), PATIENCE_MS);
  }
}
