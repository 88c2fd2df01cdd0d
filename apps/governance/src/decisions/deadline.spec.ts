import { describe, expect, it } from '@jest/globals';
import { isOverdue } from './deadline.js';

const NOW = 1_000_000;

describe('the deadline of a request', () => {
  it('is five seconds after Redis took it', () => {
    expect(isOverdue(NOW - 5_000, undefined, NOW)).toBe(false);
    expect(isOverdue(NOW - 5_001, undefined, NOW)).toBe(true);
  });

  it('is what the request says', () => {
    expect(isOverdue(NOW - 1_500, '1500', NOW)).toBe(false);
    expect(isOverdue(NOW - 1_501, '1500', NOW)).toBe(true);
    expect(isOverdue(NOW - 60_000, '60001', NOW)).toBe(false);
  });

  it('does not move into the future with an id that claims to be from there', () => {
    expect(isOverdue(NOW + 1e9, '1', NOW)).toBe(false);
  });
});
