import { expect, it } from '@jest/globals';
import { HeldRefusals } from './held-refusals.js';

/** Timers may be a millisecond early. */
const EARLY_MS = 5;

async function heldFor(refusals: HeldRefusals, count: number): Promise<number> {
  const startedAt = performance.now();
  await refusals.wait(count);
  return performance.now() - startedAt;
}

it('refusals are held for a moment, and those on top of many not at all', async () => {
  const refusals = new HeldRefusals({ forEachMs: 40, mostMs: 1_000, mostHeld: 2 });
  const times = await Promise.all([1, 2, 3, 4].map(() => heldFor(refusals, 1)));
  expect(times.map((ms) => ms >= 40 - EARLY_MS)).toEqual([true, true, false, false]);
  expect(await heldFor(refusals, 1)).toBeGreaterThanOrEqual(40 - EARLY_MS);
});

it('they are held the longer the more there were, up to a bound', async () => {
  const refusals = new HeldRefusals({ forEachMs: 20, mostMs: 100, mostHeld: 10 });
  const [few, more, many] = await Promise.all([1, 4, 1_000].map((count) => heldFor(refusals, count)));
  expect(few).toBeLessThan(more ?? 0);
  expect(more).toBeGreaterThanOrEqual(80 - EARLY_MS);
  expect(many).toBeGreaterThanOrEqual(100 - EARLY_MS);
  expect(many).toBeLessThan(1_000);
});
