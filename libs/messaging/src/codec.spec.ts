import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeEntry, encodeEntry, jsonField, MAX_ENTRY_BYTES } from './codec.js';
import { EntryTooLargeError, MalformedEntryError } from './errors.js';

describe('encoding an entry', () => {
  test('keeps strings, prints numbers and booleans, and writes the rest as json', () => {
    expect(
      encodeEntry({
        text: '{"a":1}',
        n: 1.5,
        yes: true,
        big: 12n,
        list: [1],
        at: new Date(0),
        none: null,
        not: undefined,
      }),
    ).toEqual({ text: '{"a":1}', n: '1.5', yes: 'true', big: '12', list: '[1]', at: '1970-01-01T00:00:00.000Z' });
  });

  test.each([{}, { a: null }, { a: NaN }, { a: Infinity }, { a: () => 1 }])('refuses %p', (values) => {
    expect(() => encodeEntry(values)).toThrow(MalformedEntryError);
  });

  test('counts bytes, not characters', () => {
    expect(() => encodeEntry({ a: 'ä'.repeat(MAX_ENTRY_BYTES / 2 - 1) })).not.toThrow();
    expect(() => encodeEntry({ a: 'ä'.repeat(MAX_ENTRY_BYTES / 2) })).toThrow(EntryTooLargeError);
  });
});

describe('decoding an entry', () => {
  test('gives back what was encoded, whatever the names', () => {
    const fields = fc.dictionary(fc.string(), fc.string(), { minKeys: 1 });
    fc.assert(
      fc.property(fields, (values) => expect(decodeEntry(Object.entries(values).flat())).toEqual({ ...values })),
    );
    expect(Object.hasOwn(decodeEntry(['__proto__', 'x']), '__proto__')).toBe(true);
  });

  test.each([[[]], [['a']], [['a', '1', 'a', '2']]])('refuses %p', (flat: string[]) => {
    expect(() => decodeEntry(flat)).toThrow(MalformedEntryError);
  });

  test('refuses more than a megabyte', () => {
    expect(() => decodeEntry(['a', 'x'.repeat(MAX_ENTRY_BYTES)])).toThrow(EntryTooLargeError);
  });
});

test('a json field is parsed, absent or malformed', () => {
  expect(jsonField({ a: '[1]' }, 'a')).toEqual([1]);
  expect(jsonField({ a: '[1]' }, 'toString')).toBeUndefined();
  expect(() => jsonField({ a: '[' }, 'a')).toThrow('`a` is not valid json');
});
