import { describe, expect, it } from '@jest/globals';
import { conditionLooksAt } from './looked-at.js';

describe('what a condition looks at', () => {
  it.each([
    ['context.body == "x"', 'body', true],
    ['context["body"] == "x"', 'body', true],
    ['has(context.body) && context.amount > 5', 'body', true],
    ['context.body.text.startsWith("x")', 'body', true],
    ['context.list.exists(x, x == context.body)', 'body', true],
    ['size(context) > 2', 'body', true],
    ['context[context.name] == "x"', 'body', true],
    ['"body" in context', 'body', true],
    ['context.amount > 5', 'body', false],
    ['context.amount > 5', null, true],
    ['arguments.body == "x" && action.name == "context.body"', 'body', false],
    ['arguments.body == "x"', null, false],
    ['context.body ==', 'other', true],
  ])('%s: %s is looked at: %s', (text, field, looked) => {
    expect(conditionLooksAt(text, { owner: 'context', field })).toBe(looked);
  });
});
