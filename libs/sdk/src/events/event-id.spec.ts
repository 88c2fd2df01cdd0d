import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { newEventId } from './event-id.js';

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe('the id of an event', () => {
  it('is a UUIDv7 that begins with the time', () => {
    fc.assert(
      fc.property(fc.nat({ max: 2 ** 48 - 1 }), (now) => {
        const id = newEventId(now);
        expect(id).toMatch(UUID_V7);
        expect(parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toBe(now);
      }),
    );
  });

  it('is never the same twice', () => {
    const ids = new Set(Array.from({ length: 10_000 }, () => newEventId(1)));
    expect(ids.size).toBe(10_000);
  });
});
