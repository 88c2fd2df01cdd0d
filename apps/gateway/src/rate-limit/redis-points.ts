import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { PointSource } from './point-limiter.js';

/** Seconds of one window. */
const WINDOW = 60;

/** Counts in Redis; while Redis is away each replica counts for itself, so nobody is locked out and nobody is unlimited. */
export class RedisPoints implements PointSource {
  private readonly limiter: RateLimiterRedis;

  /** @param points of one key in a minute */
  constructor(
    redis: object,
    private readonly points: number,
  ) {
    const settings = { keyPrefix: '', points, duration: WINDOW };
    this.limiter = new RateLimiterRedis({
      ...settings,
      storeClient: redis,
      rejectIfRedisNotReady: true,
      insuranceLimiter: new RateLimiterMemory(settings),
    });
  }

  async take(key: string, wanted: number): Promise<{ granted: number; msLeft: number }> {
    try {
      const { msBeforeNext } = await this.limiter.consume(key, wanted);
      return { granted: wanted, msLeft: msBeforeNext };
    } catch (refused) {
      if (!(refused instanceof RateLimiterRes)) throw refused;
      const spentBefore = refused.consumedPoints - wanted;
      return { granted: Math.max(0, this.points - spentBefore), msLeft: refused.msBeforeNext };
    }
  }
}
