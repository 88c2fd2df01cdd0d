import { describe, expect, it } from '@jest/globals';
import { plainToInstance } from 'class-transformer';
import { IsInt, validateSync } from 'class-validator';
import { IsObjectList } from './object-list.js';

let looks = 0;
class Step {
  @IsInt({
    message: () => {
      looks += 1;
      return 'must be a number';
    },
  })
  n!: number;
}
class Plan {
  @IsObjectList(() => Step, 2)
  steps!: Step[];
}
const faultsOf = (steps: unknown) => validateSync(plainToInstance(Plan, { steps }));

describe('a list of objects', () => {
  it('is made of the class, each looked at', () => {
    expect(plainToInstance(Plan, { steps: [{ n: 1 }] }).steps[0]).toBeInstanceOf(Step);
    expect(faultsOf([{ n: 1 }, { n: 2 }])).toEqual([]);
    expect(faultsOf([{ n: 'x' }])[0]?.children?.[0]?.children?.[0]?.constraints).toEqual({ isInt: 'must be a number' });
  });

  it.each([
    ['no list', { n: 1 }],
    ['of something else', [7]],
    ['too long', Array.from({ length: 1_000 }, () => ({ n: 'x' }))],
  ])('is refused once when it is %s', (_, steps) => {
    looks = 0;
    const [error, ...others] = faultsOf(steps);
    const details = JSON.stringify(error).match(/must be a list of at most 2 objects/g) ?? [];
    expect([others, details.length > 0, looks]).toEqual([[], true, 0]);
  });
});
