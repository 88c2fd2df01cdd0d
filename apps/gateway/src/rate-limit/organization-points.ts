import { keys } from '@agion/wire';
import type { PointLimiter } from './point-limiter.js';

/** What all callers of an organization together may ask in a minute, where the platform limits it. */
export class OrganizationPoints {
  private readonly byLimit = new Map<number, PointLimiter>();

  /**
   * @param limitOf requests in a minute an organization may make as things are now; null: no limit
   * @param limiterFor one that lets so many pass; organizations with the same limit share it, each with a key of its own
   */
  constructor(
    private readonly limitOf: (slug: string) => number | null,
    private readonly limiterFor: (limit: number) => PointLimiter,
  ) {}

  /** Spends one point. @returns 0, or the milliseconds until there is one again */
  spend(slug: string): number | Promise<number> {
    const limit = this.limitOf(slug);
    if (limit === null) return 0;
    let limiter = this.byLimit.get(limit);
    if (!limiter) this.byLimit.set(limit, (limiter = this.limiterFor(limit)));
    return limiter.spend(`${keys.rateLimit(slug)}:organization`);
  }
}
