import { describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { monthOf } from './trust-month.js';

const AT = new Date('2026-03-31T23:30:00Z');
const ago = (days: number): number => AT.getTime() - days * 86_400_000;
const madeAgo = (days: number): string => uuidv7({ msecs: ago(days) });

describe('the month of an event', () => {
  it.each<[string, string, string]>([
    ['a UUIDv7', madeAgo(0), '2026-03-01'],
    ['a UUIDv7 behind a prefix of ours', `feedback:${madeAgo(31)}`, '2026-02-01'],
    ['a UUIDv7 of half a year ago', madeAgo(180), '2025-10-01'],
    ['a UUIDv7 of the next day', madeAgo(-1), '2026-04-01'],
    ['the id of an entry', `redis:${ago(0)}-17`, '2026-03-01'],
    ['the id of an entry and its stream', `redis:org:acme:feedback:submissions:${ago(40)}-0`, '2026-02-01'],
  ])('follows from %s', (_, eventId, month) => {
    expect(monthOf({ eventId, at: AT })).toBe(month);
  });

  it.each<[string, string]>([
    ['an id of the producer’s own', 't1'],
    ['a UUID of another version', '7d444840-9dc0-11d1-b245-5ffdce74fad2'],
    ['a UUIDv7 in capitals, which is another id', madeAgo(0).toUpperCase()],
    ['a UUIDv7 from long ago', madeAgo(181)],
    ['a UUIDv7 of the future', madeAgo(-2)],
    ['a signature', 'sig:kq1-_x'],
    ['an id that ends with a colon', 'report:'],
    ['nothing but digits', '1774999800000'],
  ])('is none for %s', (_, eventId) => {
    expect(monthOf({ eventId, at: AT })).toBe('1970-01-01');
  });
});
