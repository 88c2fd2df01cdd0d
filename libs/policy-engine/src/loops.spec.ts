import { expect, test } from '@jest/globals';
import { ATTRIBUTES } from './attributes.js';
import { growthOf, isTooMuch } from './loops.js';

const depthOf = (text: string): number => growthOf(ATTRIBUTES.parse(text).ast)?.depth ?? 0;

test.each([
  ['context.amount > 500', 0],
  ['context.body.contains("x") && "a" in context.list', 0],
  ['["a", "b"].exists(suffix, context.to.endsWith(suffix))', 0],
  ['context.list.all(x, x > 1)', 1],
  ['context.list.filter(x, x > 1).all(y, y < 5)', 1],
  ['context.orders.all(o, o.items.all(i, i.price < 10.0))', 1],
  ['context.list.all(x, x in ["a", "b"])', 1],
  ['context.list.all(x, x in context.allowed)', 2],
  ['context.list.all(x, context.list.all(y, x == y))', 2],
  ['context.list.all(x, context.list.all(y, context.a == context.b))', 3],
  ['context.list.all(x, size(x.tags) < 5)', 1],
  ['context.list.all(x, size(context.body) < 5)', 2],
  ['context.list.all(x, context.list.map(y, context.list).all(x, size(x) < 5))', 3],
  ['context.list.all(x, x.name + context.suffix == "a")', 2],
  ['context.list.all(x, context.list.all(y, x > y))', 2],
  ['context.list.map(x, context.list).all(y, y.all(z, z > 0))', 2],
  ['context.orders.all(o, context.list.all(i, o.items.all(j, j > i)))', 3],
  ['context.orders.all(o, context.owner == o.owner)', 1],
])('the work of `%s` grows with the data to the power of %i', (text, depth) => {
  expect(depthOf(text)).toBe(depth);
});

test('what is squared may be a thousand values, what is not may be a hundred thousand', () => {
  const squared = { nodes: 5, depth: 2, splits: false };
  const straight = { nodes: 5, depth: 1, splits: false };
  expect(isTooMuch(squared, { values: 1_000, characters: 0 })).toBe(false);
  expect(isTooMuch(squared, { values: 2_000, characters: 0 })).toBe(true);
  expect(isTooMuch(straight, { values: 100_000, characters: 1_000_000 })).toBe(false);
});
