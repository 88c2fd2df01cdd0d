import type { RedisConnection } from './connection.js';
import { errorText, type Logger, rateLimitedLogger, SILENT_LOGGER } from './logger.js';
import type { TopicHub } from './topic-hub.js';

/** Hears the notices of one channel. */
export interface NoticeHandlers {
  /** One notice, parsed. Notices that are not JSON are dropped and logged. */
  notice(payload: unknown): void;
  /** Listening has begun, or begun again: notices may have been missed, so pull the truth. */
  onReady?(): void;
}

/** Notices as JSON on channels: hints that something changed, never the change itself. */
export class Channels {
  private readonly log: Logger;

  /** Owns neither connection; a publisher alone needs no hub. */
  constructor(
    private readonly redis: RedisConnection,
    private readonly hub?: TopicHub,
    logger: Logger = SILENT_LOGGER,
  ) {
    this.log = rateLimitedLogger(logger);
  }

  /** Publishes a notice; resolves with the number of subscribers it reached. */
  publish(channel: string, payload: unknown): Promise<number> {
    return this.redis.publish(channel, JSON.stringify(payload));
  }

  /** Begins to listen and returns the function that ends it. */
  subscribe(channel: string, handlers: NoticeHandlers): () => void {
    if (!this.hub) throw new Error('subscribing needs a topic hub');
    return hearNotices(this.hub, channel, handlers, this.log);
  }
}

/** Begins to listen for the notices of a channel, for those who publish none; returns the function that ends it. */
export function hearNotices(
  hub: TopicHub,
  channel: string,
  handlers: NoticeHandlers,
  logger: Logger = SILENT_LOGGER,
): () => void {
  return hub.subscribe(channel, {
    message: (text) => {
      const notice = parse(channel, text, logger);
      if (notice) handlers.notice(notice.payload);
    },
    live: () => handlers.onReady?.(),
  });
}

function parse(channel: string, text: string, logger: Logger): { payload: unknown } | undefined {
  try {
    return { payload: JSON.parse(text) as unknown };
  } catch (error) {
    logger.warn({ channel, error: errorText(error) }, 'notice is not valid json');
    return undefined;
  }
}
