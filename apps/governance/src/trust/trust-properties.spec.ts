import { describe, expect, it } from '@jest/globals';
import { SEVERITIES, TRUST_DIMENSIONS, TRUST_SOURCES } from '@agion/wire';
import fc from 'fast-check';
import type { TrustEvidence } from './trust-evidence.js';
import { score } from './trust-score.js';
import { added, bucketOf, type TrustBucket } from './trust-weight.js';

const START = Date.parse('2026-01-01T00:00:00Z');
const AT = new Date(START + 200 * 86_400_000);

const evidence: fc.Arbitrary<TrustEvidence> = fc.record({
  organizationId: fc.constant('o'),
  eventId: fc.uuid(),
  agentId: fc.constant('demo:a'),
  eventType: fc.constant('task_completed'),
  severity: fc.constantFrom(...SEVERITIES),
  impact: fc.double({ min: -1, max: 1, noNaN: true }),
  dimension: fc.constantFrom(...TRUST_DIMENSIONS),
  source: fc.constantFrom(...TRUST_SOURCES),
  reporter: fc.constant(null),
  fingerprint: fc.constantFrom('', 'a', 'b'),
  context: fc.constant(null),
  at: fc.integer({ min: 0, max: 200 * 86_400_000 }).map((ms) => new Date(START + ms)),
});
const manyEvents = fc.array(evidence, { maxLength: 60 });

/** The second model: straight from the page, over single events, sharing nothing with the first. */
function model(events: readonly TrustEvidence[], at: Date): number {
  const dayNumber = (t: Date): number => Math.floor(+t / 864e5);
  const w = { positive: 1, neutral: 0, minor: 2, major: 6, critical: 20 };
  const s = { platform: 1, person: 1.5, peer: 0.5, self: 0.25 };
  let product = 1000;
  for (const [d, exponent] of Object.entries({ reliability: 0.3, compliance: 0.3, security: 0.25, feedback: 0.15 })) {
    let [r, bad] = [0, 0];
    for (let day = dayNumber(new Date(START)); day <= dayNumber(at); day++) {
      let [good, own, peer] = [0, 0, 0];
      for (const e of events.filter((one) => one.dimension === d && dayNumber(one.at) === day)) {
        const doubted = e.severity === 'critical' && (e.source === 'peer' || e.source === 'self');
        const x =
          w[doubted ? 'major' : e.severity] * Math.max(0.2, Math.min(4, Math.abs(e.impact) / 0.05)) * s[e.source];
        if (e.severity === 'positive') good += x;
        else if (e.source === 'peer') peer += x;
        else own += x;
      }
      r += Math.min(20, good) * 0.5 ** ((dayNumber(at) - day) / 30);
      bad += (own + Math.min(5, peer)) * 0.5 ** ((dayNumber(at) - day) / 90);
    }
    product *= ((5 + r) / (10 + r + bad)) ** exponent;
  }
  return product;
}

/** As the table keeps them: one for each build, dimension and day. */
function stored(events: readonly TrustEvidence[]): TrustBucket[] {
  const buckets = new Map<string, TrustBucket>();
  for (const one of events) {
    const bucket = bucketOf(one);
    const key = `${one.fingerprint} ${bucket.dimension} ${bucket.day}`;
    const known = buckets.get(key);
    buckets.set(key, known ? added(known, bucket) : bucket);
  }
  return [...buckets.values()];
}
const uncapped = (events: readonly TrustEvidence[]): number => score(stored(events), [], AT).uncapped;
const scored = (events: readonly TrustEvidence[]): number => score(stored(events), [], AT).score;

describe('whatever happens to an agent', () => {
  it('the score is what the second model says', () => {
    fc.assert(
      fc.property(manyEvents, (events) => {
        expect(Math.abs(uncapped(events) - model(events, AT))).toBeLessThan(0.06);
      }),
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
    );
  });

  it('the cadence does not matter: single buckets, stored ones, in batches', () => {
    fc.assert(
      fc.property(manyEvents, fc.nat(60), (events, cut) => {
        const batched = [...stored(events.slice(0, cut)), ...stored(events.slice(cut))];
        expect(score(batched, [], AT)).toEqual(score(stored(events), [], AT));
        expect(score(events.map(bucketOf), [], AT)).toEqual(score(stored(events), [], AT));
      }),
    );
  });

  it('the score stays within 0 and 1000', () => {
    fc.assert(
      fc.property(manyEvents, (events) => {
        expect(scored(events)).toBeGreaterThanOrEqual(0);
        expect(scored(events)).toBeLessThanOrEqual(1_000);
      }),
    );
  });

  it('a positive event never lowers it, a negative one never raises it', () => {
    fc.assert(
      fc.property(manyEvents, evidence, (events, more) => {
        const change = scored([...events, more]) - scored(events);
        if (more.severity === 'positive') expect(change).toBeGreaterThanOrEqual(0);
        else expect(change).toBeLessThanOrEqual(0);
      }),
    );
  });
});
