import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { fullJitter, RECONNECT_BACKOFF } from './backoff.js';

const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

test('every delay lies between the bounds, at any attempt', () => {
  fc.assert(
    fc.property(fc.nat({ max: 1_000_000 }), chance, fc.nat(10_000), fc.nat(10_000), (attempt, random, minMs, more) => {
      const delay = fullJitter(attempt, { minMs, maxMs: minMs + more }, () => random);
      expect(Number.isInteger(delay)).toBe(true);
      expect(delay).toBeGreaterThanOrEqual(minMs);
      expect(delay).toBeLessThanOrEqual(minMs + more);
    }),
  );
});

test('with the same luck a later attempt never waits less', () => {
  fc.assert(
    fc.property(fc.nat(100), fc.nat(100), chance, (attempt, more, random) => {
      const [sooner, later] = [attempt, attempt + more].map((n) => fullJitter(n, RECONNECT_BACKOFF, () => random));
      expect(later).toBeGreaterThanOrEqual(sooner ?? 0);
    }),
  );
});

test('the ceiling doubles until it is reached', () => {
  const almost = (): number => 1;
  expect([1, 2, 3, 7, 8, 9].map((attempt) => fullJitter(attempt, RECONNECT_BACKOFF, almost))).toEqual([
    100, 200, 400, 5_000, 5_000, 5_000,
  ]);
});
