import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { differencesBetween } from './differences.js';

describe('differences of documents', () => {
  it('are told by member, what is absent as such', () => {
    expect(
      differencesBetween(
        { a: 1, list: ['x', 'y'], gone: true, 'a/b': { c: 1 } },
        { a: 2, list: ['x'], 'a/b': { c: null }, more: {} },
      ),
    ).toEqual([
      { pointer: '/a', before: 1, after: 2 },
      { pointer: '/list/1', before: 'y', after: undefined },
      { pointer: '/gone', before: true, after: undefined },
      { pointer: '/a~1b/c', before: 1, after: null },
      { pointer: '/more', before: undefined, after: {} },
    ]);
  });

  it('are none exactly between equal documents', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
        expect(differencesBetween(one, structuredClone(one))).toEqual([]);
        const isSame = JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
        expect(differencesBetween(one, other).length === 0).toBe(isSame);
      }),
      {
        examples: [
          [{}, []],
          [{ a: 1 }, [['a', 1]]],
          [0, -0],
        ],
      },
    );
  });
});

/** Members in one order, and the two zeroes as two numbers. */
function sorted(value: unknown): unknown {
  if (Object.is(value, -0)) return '\0-0';
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([name, each]) => [name, sorted(each)] as const);
  return Object.fromEntries(members.sort(([one], [other]) => (one < other ? -1 : 1)));
}
