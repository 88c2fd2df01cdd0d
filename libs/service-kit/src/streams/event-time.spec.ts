import { describe, expect, it } from '@jest/globals';
import { eventTime } from './event-time.js';

const TAKEN = '2026-11-20T12:00:00.000Z';
const ENTRY = `${Date.parse(TAKEN)}-0`;
const NOW = new Date('2026-11-20T12:05:00Z');
const timeOf = (timestamp?: string, entry = ENTRY): string => eventTime(timestamp, entry, NOW).toISOString();

describe('the time of an event', () => {
  it.each([
    ['2026-11-20T11:59:58.250Z', '2026-11-20T11:59:58.250Z'],
    ['2026-11-19T12:00:00Z', '2026-11-19T12:00:00.000Z'],
    ['2026-11-20T12:01:00Z', '2026-11-20T12:01:00.000Z'],
    ['2026-11-20T13:59:58+02:00', '2026-11-20T11:59:58.000Z'],
    ['2026-11-20T11:59:58.123456', '2026-11-20T11:59:58.123Z'],
  ])('is what the producer says, where that is believable: %s', (timestamp, expected) => {
    expect(timeOf(timestamp)).toBe(expected);
  });

  it.each(['2026-11-19T11:59:59Z', '2026-11-20T12:01:01Z', '1795176000', 'yesterday', '', undefined])(
    'is the time of the entry otherwise: %s',
    (timestamp) => {
      expect(timeOf(timestamp)).toBe(TAKEN);
    },
  );

  it('is never taken from an entry that claims to come from the future', () => {
    expect(timeOf(undefined, '99999999999999999999-1')).toBe(NOW.toISOString());
    expect(timeOf('9999-01-01T00:00:00Z', '253370764800000-0')).toBe(NOW.toISOString());
  });
});
