import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { matchesGlob } from './glob.js';

test('agrees with a regular expression', () => {
  const letters = fc.array(fc.constantFrom('a', 'b', ':', '.'), { maxLength: 8 }).map((parts) => parts.join(''));
  const globs = fc
    .array(fc.constantFrom('a', 'b', ':', '.', '*', '*'), { maxLength: 8 })
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(globs, letters, (glob, name) => {
      const pattern = new RegExp(`^${glob.replaceAll('.', '\\.').replaceAll('*', '.*')}$`);
      expect(matchesGlob(glob, name)).toBe(pattern.test(name));
    }),
    { numRuns: 5_000 },
  );
});

test('never goes back more than one star', () => {
  expect(matchesGlob(`${'*a'.repeat(5)}b`, 'a'.repeat(100_000))).toBe(false);
});
