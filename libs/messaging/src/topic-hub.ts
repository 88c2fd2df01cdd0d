import { createRedis, type RedisConnection } from './connection.js';
import { errorText, type Logger, rateLimitedLogger, SILENT_LOGGER } from './logger.js';

/** Hears one channel. */
export interface TopicListener {
  message?(text: string): void;
  /**
   * The subscription is in force, for the first time or again after a broken connection. Whatever was published before
   * may have been missed: read the truth now.
   */
  live?(): void;
}

/** How to reach Redis. */
export interface TopicHubOptions {
  readonly redisUrl: string;
  /** Shown by CLIENT LIST. */
  readonly name: string;
  readonly logger?: Logger;
}

const SUBSCRIBE_AT_ONCE = 500;
const PING_INTERVAL_MS = 10_000;

/**
 * One subscriber connection for any number of listeners. A channel is subscribed while it has a listener. Pub/sub is
 * only a hint: messages are lost while the connection is away, and `live` says when to look again.
 */
export class TopicHub {
  private readonly redis: RedisConnection;
  private readonly log: Logger;
  private readonly listeners = new Map<string, Set<TopicListener>>();
  private readonly inForce = new Set<string>();
  private readonly pings: NodeJS.Timeout;

  /** Connects at once. */
  constructor(options: TopicHubOptions) {
    this.log = rateLimitedLogger(options.logger ?? SILENT_LOGGER);
    const { redisUrl: url, name, logger } = options;
    this.redis = createRedis({ url, role: 'pubsub', name, ...(logger && { logger }) });
    this.redis.on('message', (channel: string, text: string) => this.tell(channel, (each) => each.message?.(text)));
    this.redis.on('ready', () => void this.subscribeTo([...this.listeners.keys()]));
    this.redis.on('close', () => this.inForce.clear());
    // A half-open socket is only noticed when something is expected on it.
    this.pings = setInterval(() => void this.redis.ping().catch(() => undefined), PING_INTERVAL_MS).unref();
  }

  get connected(): boolean {
    return this.redis.status === 'ready';
  }

  /** How many channels have a listener. */
  get topics(): number {
    return this.listeners.size;
  }

  /** Begins to listen and returns the function that ends it. Works while Redis is away: `live` comes later then. */
  subscribe(channel: string, listener: TopicListener): () => void {
    const present = this.listeners.get(channel);
    if (present) {
      present.add(listener);
      if (this.inForce.has(channel)) queueMicrotask(() => present.has(listener) && this.call(() => listener.live?.()));
    } else {
      this.listeners.set(channel, new Set([listener]));
      if (this.connected) void this.subscribeTo([channel]);
    }
    return () => this.unsubscribe(channel, listener);
  }

  /** Ends all listening and closes the connection. */
  close(): void {
    clearInterval(this.pings);
    this.listeners.clear();
    this.redis.disconnect();
  }

  private unsubscribe(channel: string, listener: TopicListener): void {
    const present = this.listeners.get(channel);
    if (!present?.delete(listener) || present.size > 0) return;
    this.listeners.delete(channel);
    this.inForce.delete(channel);
    if (this.connected) this.redis.unsubscribe(channel).catch(() => undefined); // a new connection has no subscriptions
  }

  private async subscribeTo(channels: readonly string[]): Promise<void> {
    try {
      for (let start = 0; start < channels.length; start += SUBSCRIBE_AT_ONCE) {
        const some = channels.slice(start, start + SUBSCRIBE_AT_ONCE);
        await this.redis.subscribe(...some);
        for (const channel of some) this.cameInForce(channel);
      }
    } catch (error) {
      this.log.warn({ error: errorText(error) }, 'could not subscribe');
      if (this.connected) this.redis.disconnect(true); // begin again: `ready` subscribes to all
    }
  }

  private cameInForce(channel: string): void {
    if (!this.listeners.has(channel)) return;
    this.inForce.add(channel);
    this.tell(channel, (each) => each.live?.());
  }

  private tell(channel: string, what: (listener: TopicListener) => void): void {
    for (const listener of [...(this.listeners.get(channel) ?? [])]) this.call(() => what(listener));
  }

  private call(what: () => void): void {
    try {
      what();
    } catch (error) {
      this.log.error({ error: errorText(error) }, 'a listener failed');
    }
  }
}
