import type { RedisConnection } from './connection.js';
import { UnavailableError } from './errors.js';

/** Milliseconds after which the server is asked again. */
const BELIEVED_MS = 10_000;

/**
 * The time by the clock of Redis, which the ids of entries are made of. That of this process may be off by any amount, and may be set
 * meanwhile: between two looks, time is measured by a clock that nobody sets.
 */
export class RedisClock {
  /** What the server's clock is ahead of the monotonic one. */
  private offset: number | undefined;
  private askedAt = -Infinity;
  private asking: Promise<number> | undefined;

  constructor(
    private readonly redis: Pick<RedisConnection, 'time'>,
    private readonly monotonic: () => number = () => performance.now(),
  ) {}

  /** Milliseconds since 1970, never ahead of the server. @throws UnavailableError while Redis is away and never told */
  async now(): Promise<number> {
    if (this.monotonic() - this.askedAt >= BELIEVED_MS) {
      this.asking ??= this.ask().finally(() => (this.asking = undefined));
      if (this.offset === undefined) await this.asking;
      else this.asking.catch(() => undefined); // the last word stands
    }
    return Math.floor(this.monotonic() + (this.offset ?? 0));
  }

  private async ask(): Promise<number> {
    const [seconds, microseconds] = await this.redis.time().catch((cause: unknown) => {
      throw new UnavailableError('redis does not tell the time', { cause });
    });
    const heardAt = this.monotonic();
    this.askedAt = heardAt;
    return (this.offset = Number(seconds) * 1_000 + Number(microseconds) / 1_000 - heardAt);
  }
}
