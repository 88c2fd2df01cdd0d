import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { AT, evidence, manyEvents, model, RUNS } from '../../test/trust-model.js';
import type { TrustEvidence } from './trust-evidence.js';
import { score } from './trust-score.js';
import { bucketOf } from './trust-weight.js';
import { stored } from '../../test/stored-buckets.js';

const uncapped = (events: readonly TrustEvidence[]): number => score(stored(events), [], AT).uncapped;
const scored = (events: readonly TrustEvidence[]): number => score(stored(events), [], AT).score;

describe('whatever happens to an agent', () => {
  it('the score is what the second model says', () => {
    fc.assert(
      fc.property(manyEvents, (events) => {
        expect(Math.abs(uncapped(events) - model(events, AT))).toBeLessThan(0.06);
      }),
      RUNS,
    );
  });

  it('the order of the events does not matter', () => {
    fc.assert(
      fc.property(
        manyEvents.chain((events) =>
          fc.tuple(fc.constant(events), fc.shuffledSubarray(events, { minLength: events.length })),
        ),
        ([events, shuffled]) => {
          expect(score(stored(shuffled), [], AT)).toEqual(score(stored(events), [], AT));
        },
      ),
      RUNS,
    );
  });

  it('the cadence does not matter: single buckets, stored ones, in batches', () => {
    fc.assert(
      fc.property(manyEvents, fc.nat(60), (events, cut) => {
        const batched = [...stored(events.slice(0, cut)), ...stored(events.slice(cut))];
        expect(score(batched, [], AT)).toEqual(score(stored(events), [], AT));
        expect(score(events.map(bucketOf), [], AT)).toEqual(score(stored(events), [], AT));
      }),
      RUNS,
    );
  });

  it('the score stays within 0 and 1000', () => {
    fc.assert(
      fc.property(manyEvents, (events) => {
        expect(scored(events)).toBeGreaterThanOrEqual(0);
        expect(scored(events)).toBeLessThanOrEqual(1_000);
      }),
      RUNS,
    );
  });

  it('a positive event never lowers it, a negative one never raises it', () => {
    fc.assert(
      fc.property(manyEvents, evidence, (events, more) => {
        const change = scored([...events, more]) - scored(events);
        if (more.severity === 'positive') expect(change).toBeGreaterThanOrEqual(0);
        else expect(change).toBeLessThanOrEqual(0);
      }),
      RUNS,
    );
  });
});
