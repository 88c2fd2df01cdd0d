import { describe, expect, it } from '@jest/globals';
import { PointLimiter, type PointSource } from './point-limiter.js';
import { RedisPoints } from './redis-points.js';

/** One counted window that several limiters share, as replicas share Redis. */
class Window implements PointSource {
  asked = 0;
  constructor(private left: number) {}

  async take(_key: string, wanted: number): Promise<{ granted: number; msLeft: number }> {
    this.asked++;
    await Promise.resolve();
    const granted = Math.min(wanted, this.left);
    this.left -= granted;
    return { granted, msLeft: 60_000 };
  }
}

const passed = async (limiter: PointLimiter, times: number): Promise<number> => {
  const waits = await Promise.all(Array.from({ length: times }, async () => limiter.spend('k')));
  return waits.filter((wait) => wait === 0).length;
};

describe('the rate limit', () => {
  it('lets exactly the limit pass, asking once for each chunk', async () => {
    const window = new Window(95);
    expect(await passed(new PointLimiter(window, 10), 200)).toBe(95);
    expect(window.asked).toBe(10);
  });

  it('never lets more than the limit pass through several replicas', async () => {
    const window = new Window(100);
    const replicas = [1, 2, 3].map(() => new PointLimiter(window, 8));
    const counts = await Promise.all(replicas.map((replica) => passed(replica, 70)));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(100);
  });

  it('answers at once while there are points at hand, and when there are none', async () => {
    const limiter = new PointLimiter(new Window(2), 2);
    expect(await limiter.spend('k')).toBe(0);
    expect(limiter.spend('k')).toBe(0);
    expect(await limiter.spend('k')).toBeGreaterThan(0);
    expect(limiter.spend('k')).toBeGreaterThan(0);
    expect(limiter.waitOf('k')).toBeGreaterThan(0);
    expect(limiter.waitOf('other')).toBe(0);
  });

  it('begins anew with the next window', async () => {
    let at = 0;
    const source: PointSource = { take: () => Promise.resolve({ granted: 1, msLeft: 1_000 }) };
    const limiter = new PointLimiter(source, 2, () => at);
    expect(await limiter.spend('k')).toBe(0);
    expect(limiter.spend('k')).toBe(1_000);
    at = 1_000;
    expect(await limiter.spend('k')).toBe(0);
  });

  it('counts by itself while Redis is away', async () => {
    const away = { status: 'end', constructor: { name: 'Redis' } };
    const points = new RedisPoints(away, 10);
    expect(await passed(new PointLimiter(points, 4), 30)).toBe(10);
  });
});
