import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { retryAfter, retryDelay } from './retry-delay.js';

const HOUR = 3_600_000;
const delays = (random: number): number[] =>
  Array.from({ length: 10 }, (_, i) => retryDelay(i + 1, 5_000, 0, random)).filter((delay) => delay !== null);

describe('the wait before another attempt', () => {
  it('grows, and adds up to about a day', () => {
    const waits = delays(0.5);
    expect(waits.slice(0, 4)).toEqual([5_000, 20_000, 80_000, 320_000]);
    expect(waits).toHaveLength(9);
    const total = waits.reduce((sum, wait) => sum + wait, 0);
    expect(total).toBeGreaterThan(23 * HOUR);
    expect(total).toBeLessThan(25 * HOUR);
    expect(retryDelay(10, 5_000, 0, 0.5)).toBeNull();
  });

  it('is spread by a fifth, and never shorter than the receiver asks, up to eight hours', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.nat(100 * HOUR),
        (attempts, random, asked) => {
          const middle = retryDelay(attempts, 5_000, 0, 0.5) ?? 0;
          const delay = retryDelay(attempts, 5_000, 0, random) ?? 0;
          expect(Math.abs(delay - middle)).toBeLessThanOrEqual(middle * 0.2 + 1);
          expect(retryDelay(attempts, 5_000, asked, random)).toBeGreaterThanOrEqual(Math.min(asked, 8 * HOUR));
        },
      ),
    );
  });
});

describe('Retry-After', () => {
  const now = new Date('2026-01-01T00:00:00Z');
  it.each([
    ['120', 120_000],
    ['Thu, 01 Jan 2026 00:01:00 GMT', 60_000],
    ['Wed, 31 Dec 2025 00:00:00 GMT', 0],
    ['soon', 0],
    ['-5', 0],
    [undefined, 0],
  ])('`%s` is %d ms', (header, ms) => expect(retryAfter(header, now)).toBe(ms));
});
