import { describe, expect, it } from '@jest/globals';
import { etagOf, hasAlready, isBasedOn } from './entity-tag.js';

const TAG = etagOf('{"a":1}');

describe('an ETag', () => {
  it('is quoted, strong, and another one for every other body', () => {
    expect(TAG).toMatch(/^"[A-Za-z0-9_-]{43}"$/);
    expect(etagOf('{"a":1} ')).not.toBe(TAG);
  });

  it.each([
    [undefined, false],
    ['*', true],
    [TAG, true],
    [`W/${TAG}`, true],
    [`"x", W/"y", ${TAG}`, true],
    ['"x"', false],
    [TAG.slice(1, -1), false],
  ])('%s in If-None-Match: has it already? %s', (header, expected) => {
    expect(hasAlready(header, TAG)).toBe(expected);
  });

  it.each([
    [undefined, true],
    ['*', true],
    [TAG, true],
    [`"x", ${TAG}`, true],
    [`W/${TAG}`, false],
    ['"x"', false],
    ['', false],
  ])('%s in If-Match: based on it? %s', (header, expected) => {
    expect(isBasedOn(header, TAG)).toBe(expected);
  });
});
