import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ReadSize } from './read-size.js';
import type { RawEntry } from './replies.js';

const entries = (count: number, characters: number): RawEntry[] =>
  Array.from({ length: count }, (_, n) => ({ stream: 's', id: `${n}-0`, flat: ['v', 'x'.repeat(characters - 1)] }));

describe('the size of a read', () => {
  test('begins small and grows to what was asked for while entries are small', () => {
    const size = new ReadSize(500);
    const sizes = Array.from({ length: 5 }, () => {
      const asked = size.entries;
      size.saw(entries(asked, 200));
      return asked;
    });
    expect(sizes).toEqual([64, 128, 256, 500, 500]);
  });

  test('falls at once when entries are large, and comes back', () => {
    const size = new ReadSize(500, 1_000);
    size.saw(entries(10, 250));
    expect(size.entries).toBe(4);
    size.saw(entries(4, 2));
    expect(size.entries).toBe(8);
    size.saw([]);
    expect(size.entries).toBe(8);
  });

  test('is never nothing, never more than was asked for, and after the first read never more than fits', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.array(fc.integer({ min: 1, max: 5_000 })), (most, lengths) => {
        const size = new ReadSize(most, 2_000);
        for (const characters of lengths) {
          const before = size.entries;
          size.saw(entries(before, characters));
          expect(size.entries).toBeGreaterThanOrEqual(1);
          expect(size.entries).toBeLessThanOrEqual(most);
          expect(size.entries === 1 || size.entries * characters <= 2_000).toBe(true);
        }
      }),
    );
  });
});
