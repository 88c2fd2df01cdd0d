import { describe, expect, it } from '@jest/globals';
import { validateSync } from 'class-validator';
import { IsUniqueList } from './unique-list.js';

class Body {
  @IsUniqueList({ max: 3, pattern: /^[a-z]$/, each: 'a letter' })
  letters: unknown;
}
const faultOf = (letters: unknown): string | undefined => {
  const [error] = validateSync(Object.assign(new Body(), { letters }));
  const rules = Object.values(error?.constraints ?? {});
  expect(rules.length).toBeLessThanOrEqual(1);
  return rules[0];
};

describe('a list of different texts', () => {
  it('may be empty or full', () => {
    expect([faultOf([]), faultOf(['a', 'b', 'c'])]).toEqual([undefined, undefined]);
  });

  it.each([
    ['no list', 'abc', 'must be a list'],
    ['longer than it may be', ['a', 'b', 'c', 'd'], 'must hold at most 3, it holds 4'],
    ['of something else', ['a', 'B'], 'each must be a letter'],
    ['of no texts', ['a', { toString: 1 }], 'each must be a letter'],
    ['with one of them twice', ['a', 'b', 'a'], 'must not name one twice'],
  ])('is refused when it is %s', (_, value, fault) => {
    expect(faultOf(value)).toBe(fault);
  });

  it('is looked at once, and not at all when it is too long', () => {
    const long = Array.from({ length: 300_000 }, () => 'a');
    Object.defineProperty(long, 1, { get: () => expect(true).toBe(false) });
    expect(faultOf(long)).toContain('at most 3');
  });
});
