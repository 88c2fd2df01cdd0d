import { describe, expect, it } from '@jest/globals';
import { matchesEntityTag } from './entity-tag.js';

describe('If-None-Match', () => {
  it.each(['"a"', 'W/"a"', '"b", "a"', '"b",W/"a"', '*'])('%s names "a"', (header) => {
    expect(matchesEntityTag(header, '"a"')).toBe(true);
  });

  it.each([undefined, '', '"b"', 'a', '"A"'])('%s does not name "a"', (header) => {
    expect(matchesEntityTag(header, '"a"')).toBe(false);
  });

  it('never matches an answer without a tag', () => {
    expect(matchesEntityTag('*', undefined)).toBe(false);
  });
});
