import { LRUCache } from 'lru-cache';

/** Where points are counted for all replicas together. */
export interface PointSource {
  /** Takes up to `wanted` points of the key's current window. `msLeft`: until the window ends. */
  take(key: string, wanted: number): Promise<{ granted: number; msLeft: number }>;
}

interface Grant {
  left: number;
  readonly until: number;
  /** The window holds no more than this grant. */
  readonly last: boolean;
  /** Times that somebody was told to wait for the next window. */
  refused: number;
}

const MAX_KEYS = 50_000;

/**
 * Spends points that were taken from the source a chunk at a time, so that most requests ask nobody. All replicas together never
 * let more than the limit pass; a replica that took a chunk and then sees no more of the caller leaves some of it unused.
 */
export class PointLimiter {
  private readonly grants = new LRUCache<string, Grant>({ max: MAX_KEYS });
  private readonly refills = new Map<string, Promise<void>>();

  constructor(
    private readonly source: PointSource,
    private readonly chunk: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Spends one point. @returns 0, or the milliseconds until there is one again */
  spend(key: string): number | Promise<number> {
    return this.spendLocally(key) ?? this.spendAfterRefill(key);
  }

  /** Milliseconds until the key has a point again, as far as is known here; spends nothing. */
  waitOf(key: string): number {
    const grant = this.grants.get(key);
    return grant?.last === true && grant.left === 0 ? Math.max(0, grant.until - this.now()) : 0;
  }

  /** How often the key was told to wait in this window, as far as is known here. */
  refusalsOf(key: string): number {
    return this.grants.get(key)?.refused ?? 0;
  }

  private spendLocally(key: string): number | undefined {
    const grant = this.grants.get(key);
    if (!grant) return undefined;
    const now = this.now();
    if (grant.until <= now) return undefined;
    if (grant.left > 0) {
      grant.left--;
      return 0;
    }
    if (!grant.last) return undefined;
    grant.refused += 1;
    return grant.until - now;
  }

  private async spendAfterRefill(key: string): Promise<number> {
    for (;;) {
      await (this.refills.get(key) ?? this.refill(key));
      const wait = this.spendLocally(key);
      if (wait !== undefined) return wait;
    }
  }

  private refill(key: string): Promise<void> {
    const refill = this.source
      .take(key, this.chunk)
      .then(({ granted, msLeft }) => {
        const until = this.now() + Math.max(1, msLeft);
        this.grants.set(key, { left: granted, until, last: granted < this.chunk, refused: 0 });
      })
      .finally(() => this.refills.delete(key));
    this.refills.set(key, refill);
    return refill;
  }
}
