import { describe, expect, it } from '@jest/globals';
import { clockFinding } from './clock.js';
import { findingsOf, reportText } from './finding.js';

const make = findingsOf('Redis');
const seen = (skewMs: number, tripMs = 10): string =>
  clockFinding(make, { server: 1_000_000 + tripMs / 2 + skewMs, asked: 1_000_000, answered: 1_000_000 + tripMs })
    .status;

describe('the clock of a server', () => {
  it('may differ by a second, is to be looked at beyond, and fails beyond the leeway of signatures', () => {
    expect([0, 900, -900].map((skew) => seen(skew))).toEqual(['ok', 'ok', 'ok']);
    expect([2_000, -4_000].map((skew) => seen(skew))).toEqual(['warning', 'warning']);
    expect([6_000, -3_600_000].map((skew) => seen(skew))).toEqual(['failed', 'failed']);
  });

  it('is not blamed for the time an answer took', () => {
    expect(seen(6_000, 12_000)).toBe('ok');
  });

  it('stands in the report with what to do about it', () => {
    const report = reportText([clockFinding(make, { server: 9_000, asked: 0, answered: 0 })]);
    expect(report).toContain('Redis\n  ✗ clock  9.00 s ahead of this machine\n           → set both clocks by NTP');
    expect(report).toMatch(/0 ✓ {2}0 ! {2}1 ✗$/);
  });
});
