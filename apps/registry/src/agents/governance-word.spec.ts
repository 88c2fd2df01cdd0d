import { describe, expect, it } from '@jest/globals';
import { governanceWord, parseTrust } from './governance-word.js';

describe('what governance said', () => {
  it('is nothing before it has spoken', () => {
    const silence = { policyRevision: null, epoch: 0, stopped: false, trustScore: null };
    expect(governanceWord(null, null)).toEqual(silence);
    for (const nonsense of ['', '[]', 'null', '{', '"x"', '{"revision":"7","epoch":-1,"stopped":"yes"}']) {
      expect(governanceWord(nonsense, 'much')).toEqual(silence);
    }
  });

  it('is read from both keys', () => {
    const policies = JSON.stringify({ revision: 187, epoch: 3, stopped: true, policies: [] });
    expect(governanceWord(policies, '0.75')).toEqual({
      policyRevision: 187,
      epoch: 3,
      stopped: true,
      trustScore: 0.75,
    });
  });

  it.each([
    ['0', 0],
    ['1', 1],
    [' 0.5 ', 0.5],
    ['1.01', null],
    ['-0.1', null],
    ['750', null],
    ['NaN', null],
    ['', null],
  ])('takes the trust score %j for %j', (text, score) => {
    expect(parseTrust(text)).toBe(score);
  });
});
