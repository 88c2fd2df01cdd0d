import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ATTRIBUTES } from '../src/attributes.js';
import { isTruth } from '../src/condition-faults.js';
import { objectionsTo } from '../src/condition-rules.js';
import { compileCondition } from '../src/condition.js';
import { TermTable } from '../src/term.js';
import { typeCheck } from '../src/type-check.js';
import { CONDITION_FAULTS } from './condition-fault-table.js';
import { expressions } from './expressions.js';

/** As a whole, without a look at its terms. */
function isFaultless(text: string): boolean {
  try {
    const program = ATTRIBUTES.parse(text);
    const { type, faults } = typeCheck(ATTRIBUTES, text, program, objectionsTo(text, program.ast));
    return faults.length === 0 && isTruth(type);
  } catch {
    return false;
  }
}

test('a condition that is looked over term by term is refused exactly when it would be as a whole', () => {
  const terms = new TermTable();
  const faulty = fc.constantFrom(...CONDITION_FAULTS.map(([part]) => part));
  const part = fc.oneof({ weight: 9, arbitrary: expressions }, { weight: 1, arbitrary: faulty });
  const parts = fc.array(part, { minLength: 2, maxLength: 4 });
  const seen = { refused: 0, compiled: 0 };
  fc.assert(
    fc.property(parts, fc.constantFrom(' && ', ' || '), fc.boolean(), (some, operator, isBare) => {
      const text = some.map((one) => (isBare ? one : `(${one})`)).join(operator);
      const isFine = compileCondition(text, terms).condition !== null;
      expect(isFine).toBe(isFaultless(text));
      seen[isFine ? 'compiled' : 'refused']++;
    }),
    { numRuns: 600 },
  );
  expect(Math.min(seen.refused, seen.compiled)).toBeGreaterThan(20);
});
