import { expect, test } from '@jest/globals';
import { Attributes } from './attributes.js';
import { compileCondition } from './condition.js';

function resultOf(text: string, context: Record<string, unknown> = {}): boolean | string | undefined {
  const request = { agent: { id: 'a' }, action: { name: 'b' }, env: { mode: 'test' }, arguments: {}, context, at: 0 };
  return compileCondition(text).condition?.evaluate(new Attributes(request));
}

test.each([
  ['context.text.lowerAscii() == "ok"', 'OK', true],
  ['context.text.lowerAscii() == "ok"', 'O\u212a', false], // the Kelvin sign is no K
  ['size(context.text.lowerAscii()) == 1', 'İ', true],
  ['context.text.upperAscii() == "GRüßE"', 'grüße', true],
  ['["x"].all(y, context.text.upperAscii() == "I")', 'ı', false],
])('%s, for %s, is %s: letters of ASCII have two cases, others are left alone', (text, given, result) => {
  expect(resultOf(text, { text: given })).toBe(result);
});

test('what is no text has no cases, by the name that authors know', () => {
  expect(resultOf('context.text.lowerAscii() == "5"', { text: 5 })).not.toContain('Own');
  expect(compileCondition('lowerAsciiOwn("a") == "a"').faults[0]?.detail).toBe('`lowerAsciiOwn` is not available');
});

test('changing the case of a long text in each round of a loop is too much', () => {
  const data = { text: 'x'.repeat(1_000_000), list: Array.from({ length: 10_000 }, () => 'x') };
  expect(resultOf('context.list.all(x, context.text.lowerAscii() == x)', data)).toBe(
    'there is too much data for its loops',
  );
});
