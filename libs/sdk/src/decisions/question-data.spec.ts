import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { asJsonData } from './question-data.js';

const asOnTheWire = (value: object): unknown => JSON.parse(JSON.stringify(value));

describe('data of a question', () => {
  it('is what JSON makes of it, whatever it is', () => {
    const anything = fc.object({
      withBigInt: false,
      withDate: true,
      withMap: true,
      withSet: true,
      withSparseArray: true,
      withTypedArray: true,
      withNullPrototype: true,
      withBoxedValues: true,
      maxDepth: 4,
    });
    fc.assert(
      fc.property(anything, (value) => {
        expect(asOnTheWire(asJsonData(value))).toEqual(asOnTheWire(value));
        expect(asOnTheWire(asJsonData(value))).toEqual(asJsonData(value));
      }),
      { numRuns: 1_000 },
    );
  });

  it('is not copied when it is JSON already', () => {
    const value = { a: 1, b: 'x', c: [true, null, { d: [] }], e: Object.create(null) as object };
    expect(asJsonData(value)).toBe(value);
  });

  it.each([
    ['undefined members', { a: undefined }],
    ['functions', { a: (): void => undefined }],
    ['no numbers', { a: NaN, b: Infinity }],
    ['dates', { a: new Date(0) }],
    ['what writes itself', { a: { toJSON: () => 'b' } }],
    [
      'instances',
      {
        a: new (class Point {
          x = 1;
        })(),
      },
    ],
    ['holes', { a: Object.assign([1], { length: 3 }) }],
  ])('is made JSON when it has %s', (_, value) => {
    expect(asJsonData(value)).toEqual(asOnTheWire(value));
    expect(asJsonData(value)).not.toBe(value);
  });

  it('is refused when JSON cannot carry it', () => {
    expect(() => asJsonData({ a: 1n })).toThrow(TypeError);
  });
});
