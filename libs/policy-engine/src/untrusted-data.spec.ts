import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { dataOf, lookOver, sizeOf } from './untrusted-data.js';

const objection = (data: unknown): string | undefined => {
  const looked = lookOver(data, 'context');
  return 'fault' in looked ? looked.fault.message : undefined;
};

test('data that is JSON is seen as it is', () => {
  const harmless = (value: unknown): boolean => !/"(__proto__|constructor)":/.test(JSON.stringify(value));
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 })).filter(harmless), (data) => {
      expect(dataOf(lookOver(data, 'context'))).toBe(data);
    }),
  );
});

test.each([[null], [undefined], ['text'], [5], [[]], [[{ a: 1 }]]])('%j is no map, so it cannot be seen', (data) => {
  expect(objection(data)).toBe('`context` is not a map');
});

test.each([Number.NaN, Infinity, -Infinity])('%d is no number, wherever it is', (number) => {
  for (const data of [{ number }, { deep: { number } }, { list: [1, number] }, { a: { b: [[number]] } }])
    expect(objection(data)).toBe('`context` has a number that is none');
});

test.each(['__proto__', 'constructor'])('a member called `%s` hides all the data, wherever it is', (name) => {
  const member = JSON.parse(`{"${name}": 1}`) as object;
  for (const data of [member, { deep: member }, { list: [member] }])
    expect(objection(data)).toBe(`\`context\` has a member called \`${name}\``);
});

test('eight levels below the map can be seen, nine cannot', () => {
  const nested = (levels: number): object => Array.from({ length: levels }).reduce<object>((inner) => ({ inner }), {});
  expect(objection(nested(8))).toBeUndefined();
  expect(objection(nested(9))).toBe('`context` is nested deeper than 8 levels');
});

test('all there is in it is counted: values at all levels, names and texts by their characters', () => {
  expect(sizeOf({ abc: 'de', list: [1, 'f', {}] })).toEqual({ values: 6, characters: 10 });
});
