import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { PolicyRequest } from '../src/index.js';
import { requestOf } from './case-request.js';
import { policyCases } from './case-table.js';
import { DIFFERENCES, differenceOf, type Disagreement } from './differences.js';
import { expressions } from './expressions.js';
import { oracleRequests } from './oracle-requests.js';
import { engine, oracle, type Outcome } from './oracle.js';

const RUNS = Number(process.env.ORACLE_RUNS ?? 5_000);
const SEED = Number(process.env.ORACLE_SEED ?? 20_261_120);

function asked(text: string, request: PolicyRequest): { ours: Outcome; disagreement: Disagreement | null } {
  const { outcome: ours, detail } = engine(text, request);
  const theirs = ours === null ? null : oracle(text, request);
  return { ours, disagreement: ours === theirs ? null : { text, request, ours, detail, theirs } };
}

const told = ({ text, request, ours, detail, theirs }: Disagreement): string =>
  `${text}: ${String(ours)}${detail && ` (${detail})`}, the oracle says ${String(theirs)}; ${JSON.stringify(request)}`;

test('every condition of every case comes to what the oracle says, but for the differences in the table', () => {
  let conditions = 0;
  const unexpected: string[] = [];
  for (const one of policyCases())
    for (const { condition } of one.policies) {
      if (condition === undefined) continue;
      conditions++;
      const { disagreement } = asked(condition, requestOf(one));
      if (disagreement && !differenceOf(disagreement)) unexpected.push(told(disagreement));
    }
  expect(unexpected).toEqual([]);
  expect(conditions).toBeGreaterThan(200);
});

test(`so do ${RUNS} generated ones (seed ${SEED}), and every difference in the table turns up`, () => {
  const outcomes = new Map<Outcome, number>();
  const reached = new Map(DIFFERENCES.map(({ name }) => [name, 0]));
  const unexpected: string[] = [];
  for (const [text, request] of fc.sample(fc.tuple(expressions, oracleRequests), { numRuns: RUNS, seed: SEED })) {
    const { ours, disagreement } = asked(text, request);
    outcomes.set(ours, (outcomes.get(ours) ?? 0) + 1);
    const difference = disagreement && differenceOf(disagreement);
    if (difference) reached.set(difference.name, (reached.get(difference.name) ?? 0) + 1);
    else if (disagreement) unexpected.push(told(disagreement));
  }
  expect(unexpected.sort((a, b) => a.length - b.length).slice(0, 20)).toEqual([]);
  expect([...reached].filter(([, times]) => times === 0)).toEqual([]);
  for (const outcome of [true, false, 'error'] as const) expect(outcomes.get(outcome) ?? 0).toBeGreaterThan(RUNS / 10);
  expect(outcomes.get(null) ?? 0).toBeLessThan(RUNS / 3);
});
