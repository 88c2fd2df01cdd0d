import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { GRACE_SECONDS, statusOf, type Standing } from './lease.js';

const AT = new Date('2026-03-01T12:00:00.000Z');
const inSeconds = (seconds: number): Date => new Date(AT.getTime() + seconds * 1_000);
const standing = (part: Partial<Standing>): Standing => ({
  retiredAt: null,
  quarantinedAt: null,
  leaseExpiresAt: null,
  ...part,
});

describe('the status of an agent', () => {
  it.each([
    ['active while a lease runs', { leaseExpiresAt: inSeconds(0.001) }, 'active'],
    ['stale from the moment it ends', { leaseExpiresAt: inSeconds(0) }, 'stale'],
    ['stale until the grace ends', { leaseExpiresAt: inSeconds(-GRACE_SECONDS + 0.001) }, 'stale'],
    ['offline afterwards', { leaseExpiresAt: inSeconds(-GRACE_SECONDS) }, 'offline'],
    ['offline without instances', {}, 'offline'],
    ['quarantined whatever its lease', { leaseExpiresAt: inSeconds(9), quarantinedAt: AT }, 'quarantined'],
    ['retired above all', { leaseExpiresAt: inSeconds(9), quarantinedAt: AT, retiredAt: AT }, 'retired'],
  ])('is %s', (_, part, status) => {
    expect(statusOf(standing(part), AT)).toBe(status);
  });

  it('only ever goes from active over stale to offline while nobody beats', () => {
    const order = ['active', 'stale', 'offline'];
    fc.assert(
      fc.property(fc.integer({ min: -90_000, max: 90_000 }), fc.nat(90_000), (lease, later) => {
        const known = standing({ leaseExpiresAt: new Date(AT.getTime() + lease) });
        const before = order.indexOf(statusOf(known, AT));
        const after = order.indexOf(statusOf(known, new Date(AT.getTime() + later)));
        expect(after).toBeGreaterThanOrEqual(before);
      }),
    );
  });
});
