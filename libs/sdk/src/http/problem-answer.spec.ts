import { describe, expect, test } from '@jest/globals';
import { problemOf, retryAfterMs } from './problem-answer.js';

describe('a problem', () => {
  const answer = { status: 403, statusText: 'Forbidden' };

  test.each([
    [
      'as it came, with the status of the answer',
      '{"type":"/problems/x","title":"X","status":999,"hint":"h"}',
      { type: '/problems/x', title: 'X', status: 403, hint: 'h' },
    ],
    [
      'made up where something in between has answered',
      '<html>',
      { type: 'about:blank', title: 'Forbidden', status: 403 },
    ],
    ['made up where JSON is no problem', '{"message":"no"}', { type: 'about:blank', title: 'Forbidden', status: 403 }],
    ['made up where there is nothing', '', { type: 'about:blank', title: 'Forbidden', status: 403 }],
  ])('is %s', (_, text, expected) => {
    expect(problemOf(answer, text)).toEqual(expected);
  });
});

describe('Retry-After', () => {
  const told = (text: string | null): number | undefined => retryAfterMs(text, Date.parse('2026-01-01T00:00:00Z'));

  test.each([
    ['seconds', '3', 3_000],
    ['a date', 'Thu, 01 Jan 2026 00:00:05 GMT', 5_000],
    ['a date that is over', 'Wed, 31 Dec 2025 23:59:00 GMT', 0],
    ['neither', 'soon', undefined],
    ['nothing', null, undefined],
  ])('may be %s', (_, text, ms) => {
    expect(told(text)).toBe(ms);
  });
});
