import { describe, expect, it } from '@jest/globals';
import { CallerShares } from './caller-shares.js';

describe('the shares of callers', () => {
  it('let somebody in who has sent nothing, and hold up who has sent more than the mean', () => {
    const shares = new CallerShares();
    shares.note('flood', 900, 0);
    shares.note('quiet', 10, 0);
    expect(shares.waitOf('flood', 4_000)).toBe(6);
    expect(shares.waitOf('quiet', 4_000)).toBe(0);
    expect(shares.waitOf('new', 4_000)).toBe(0);
  });

  it('are half of all for somebody who is alone, and equal for equals', () => {
    const shares = new CallerShares();
    expect(shares.waitOf('one', 0)).toBe(0);
    shares.note('one', 500, 0);
    expect(shares.waitOf('one', 1)).toBe(10);
    shares.note('two', 500, 1);
    expect(['one', 'two'].map((caller) => shares.waitOf(caller, 2))).toEqual([0, 0]);
  });

  it('begin anew after ten seconds', () => {
    const shares = new CallerShares();
    shares.note('one', 500, 0);
    expect(shares.waitOf('one', 9_999)).toBe(1);
    expect(shares.waitOf('one', 10_000)).toBe(0);
  });
});
