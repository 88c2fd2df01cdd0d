import { describe, expect, it } from '@jest/globals';
import { faultTable } from './fault-table.mjs';

const run = (row: number, more: object = {}): object => ({
  suite: 'events',
  row,
  title: 'a kill',
  counts: { events: 100, lost: 0, doubled: 0 },
  recoveryMs: 40,
  ...more,
});
const cells = (line: unknown): string[] => String(line).trim().split(/ {2,}/);

describe('the table of faults', () => {
  it('adds the runs of a fault up and orders faults by number', () => {
    const { lines, faults } = faultTable([run(12), run(3), run(3, { recoveryMs: 90 })], { full: false });
    expect(faults).toBe(0);
    expect(lines.slice(2).map(cells)).toEqual([
      ['3 a kill', '2', '200', '0', '0', '40 / 90'],
      ['12 a kill', '1', '100', '0', '0', '40 / 40'],
    ]);
  });

  it.each([
    ['lost an event', { counts: { events: 100, lost: 1, doubled: 0 } }, '1'],
    ['counted one twice', { counts: { events: 100, lost: 0, doubled: 2 } }, '2'],
    ['failed', { counts: {}, failed: 'it broke' }, '(1 FAILED)'],
  ])('counts a run that %s', (_, more, shown) => {
    const { lines, faults } = faultTable([run(3), run(3, more)], { full: false });
    expect([faults, lines.at(-1)]).toEqual([1, expect.stringContaining(shown)]);
  });

  it('takes the longest split of all runs', () => {
    const split = (ms: number): object =>
      run(6, { suite: 'policies', counts: { decisions: 10, wrong: 0, 'split ms': ms } });
    expect(faultTable([split(900), split(12_000)], { full: false }).faults).toBe(0);
    expect(faultTable([split(900), split(31_000)], { full: false }).faults).toBe(1);
  });

  it('says why a fault cannot be tried, which counts in a full run', () => {
    const rows = [run(15, { cannot: 'no tmpfs', counts: {} })];
    const { lines, faults } = faultTable(rows, { full: false });
    expect([faults, cells(lines.at(-1))]).toEqual([0, ['15 a kill', 'cannot: no tmpfs']]);
    expect(faultTable(rows, { full: true }).faults).toBe(1);
  });

  it('is a fault without rows', () => {
    expect(faultTable([], { full: false }).faults).toBe(1);
  });
});
