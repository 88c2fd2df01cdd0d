import { expect, it } from '@jest/globals';
import { HeldRefusals } from './held-refusals.js';

it('refusals are held for a moment, and those on top of many not at all', async () => {
  const refusals = new HeldRefusals(40, 2);
  const times = await Promise.all(
    [1, 2, 3, 4].map(async () => {
      const startedAt = performance.now();
      await refusals.wait();
      return performance.now() - startedAt;
    }),
  );
  expect(times.map((ms) => ms >= 35)).toEqual([true, true, false, false]);
  const startedAt = performance.now();
  await refusals.wait();
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(35);
});
