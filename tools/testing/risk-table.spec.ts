import { describe, expect, it } from '@jest/globals';
import { riskTable } from './risk-table.mjs';

const row = (more: object = {}): object => ({
  suite: 's',
  risk: 'r',
  attempts: 3,
  breaches: 0,
  before: true,
  after: true,
  ...more,
});

describe('the table of risks', () => {
  it('shows attempts, breaches and controls of each', () => {
    const { lines, faults } = riskTable([row({ risk: 'a long name' }), row({ attempts: 1_000 })]);
    expect(faults).toBe(0);
    expect(lines.slice(2).map((line) => String(line).trim().split(/ {2,}/))).toEqual([
      ['a long name', '3', '0', 'before, after'],
      ['r', '1000', '0', 'before, after'],
    ]);
  });

  it.each([
    ['a breach', { breaches: 1 }, ' 1  before, after'],
    ['no attempt', { attempts: 0 }, ' 0 '],
    ['no control before', { before: false }, 'MISSING before'],
    ['no control after', { after: false }, 'MISSING after'],
    ['no control', { before: false, after: false }, 'MISSING'],
  ])('counts a row with %s as a fault', (_, more, shown) => {
    const { lines, faults } = riskTable([row(), row(more)]);
    expect([faults, lines.at(-1)]).toEqual([1, expect.stringContaining(shown)]);
  });

  it('is a fault without rows', () => {
    expect(riskTable([]).faults).toBe(1);
  });
});
