import { describe, expect, it } from '@jest/globals';
import { parseInstant } from './instant.js';

describe('an instant', () => {
  it.each([
    ['2026-01-31T12:00:00Z', '2026-01-31T12:00:00.000Z'],
    ['2026-01-31T12:00Z', '2026-01-31T12:00:00.000Z'],
    ['2026-01-31T12:00:00.123456789+05:30', '2026-01-31T06:30:00.123Z'],
    ['2026-01-31T12:00:00', '2026-01-31T12:00:00.000Z'],
  ])('%s is %s', (text, expected) => {
    expect(parseInstant(text)?.toISOString()).toBe(expected);
  });

  it.each([
    '2026-01-31',
    '12:00',
    'now',
    '',
    '2026-13-01T00:00:00Z',
    '2026-02-30T00:00:00Z',
    '2026-01-31T25:00:00Z',
    '+012026-01-31T12:00:00Z',
  ])('%s is none', (text) => {
    expect(parseInstant(text)).toBeNull();
  });
});
