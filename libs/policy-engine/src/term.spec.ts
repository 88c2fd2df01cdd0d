import { expect, test } from '@jest/globals';
import { Attributes } from './attributes.js';
import { compileCondition } from './condition.js';

const REQUEST = { agent: { id: 'a' }, action: { name: 'b' }, env: { mode: 'test' }, arguments: {}, context: {}, at: 0 };

test.each([
  ['true && false', ['true', 'false']],
  ['true || false || true', ['true', 'false', 'true']],
  ['true || false && true', ['true', 'false && true']],
  ['(true || false) && true', ['true || false', 'true']],
  ['true && (context.a in ["b"]) == true', ['true', '(context.a in ["b"]) == true']],
  ['((context.a == 1) == (context.b == 2)) && true', ['(context.a == 1) == (context.b == 2)', 'true']],
  ['(true && (context.a + 1.0) * 2.0 > 3.0)', ['true', '(context.a + 1.0) * 2.0 > 3.0']],
  ['context.a == ")" && ( ( context.b ) ) == "("', ['context.a == ")"', '( ( context.b ) ) == "("']],
  ['context.a == 1\n  && has(context.b)', ['context.a == 1', 'has(context.b)']],
  ['!(true && false) && !context.a', ['!(true && false)', '!context.a']],
  ['true ? true : false', ['true ? true : false']],
  [' \n context.a == 1 ', ['context.a == 1']],
])('the terms of `%s`', (text, terms) => {
  const { condition } = compileCondition(text);
  expect(condition?.evaluateTerms(new Attributes(REQUEST)).map(({ term }) => term)).toEqual(terms);
});
