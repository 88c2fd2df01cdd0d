import { expect, test } from '@jest/globals';
import { appliedConfig } from './applied-config.js';

const versionsOf = (count: number): Record<string, number> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`prompt:${'p'.repeat(100)}${index}`, index]));

test('a heartbeat tells all versions in use where there is room for them', () => {
  expect(appliedConfig(versionsOf(20))).toEqual(versionsOf(20));
});

test('and the first ones where there is not: a heartbeat that is too long would be refused', () => {
  const told = appliedConfig(versionsOf(1_000));
  expect(Object.keys(told)).toEqual(Object.keys(versionsOf(1_000)).slice(0, Object.keys(told).length));
  expect(Object.keys(told).length).toBeGreaterThan(40);
  expect(Buffer.byteLength(JSON.stringify(told))).toBeLessThan(8_192);
});
