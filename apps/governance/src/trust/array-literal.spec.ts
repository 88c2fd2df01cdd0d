import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { plainArray, textArray } from './array-literal.js';

/** Reads the text of an array by the rules of Postgres. */
function read(text: string): (string | null)[] {
  const found: (string | null)[] = [];
  for (const [, quoted] of text.slice(1, -1).matchAll(/"((?:[^"\\]|\\.)*)"(?:,|$)|NULL(?:,|$)/gsu))
    found.push(quoted === undefined ? null : quoted.replace(/\\(.)/gsu, '$1'));
  return found;
}

describe('the text of an array', () => {
  it('brings back every text, and null', () => {
    const text = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom('"', '\\', ',', '{', '}', ' ', 'N', '\n') }));
    fc.assert(
      fc.property(fc.array(fc.option(text)), (values) => expect(read(textArray(values))).toEqual(values)),
      { numRuns: 1_000 },
    );
  });

  it('quotes what would otherwise be nothing or null', () => {
    expect(textArray(['', 'null', null])).toBe('{"","null",NULL}');
  });

  it('leaves words and numbers as they are', () => {
    expect(plainArray(['positive', 0.05, -1])).toBe('{positive,0.05,-1}');
    expect(plainArray([])).toBe('{}');
  });
});
