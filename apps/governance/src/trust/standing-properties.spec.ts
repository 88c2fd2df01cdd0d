import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { stored } from '../../test/stored-buckets.js';
import { AT, evidence, manyEvents, record, RUNS, START, wholeModel } from '../../test/trust-model.js';
import { scoreOf, type AgentEvidence } from './agent-evidence.js';
import type { TrustEvidence } from './trust-evidence.js';
import { historyOf } from './trust-history.js';
import { score } from './trust-score.js';

/** What is stored of events that came in that order, each as often as it did: rows once by their id, sums and ceilings of the new ones. */
function ledgerOf(deliveries: readonly TrustEvidence[]): AgentEvidence {
  const rows = new Map(deliveries.map((one) => [one.eventId, one]));
  return evidenceOf([...rows.values()]);
}

/** An agent with these events; critical ones by those who may set a ceiling have set it. */
const evidenceOf = (events: readonly TrustEvidence[], parent: AgentEvidence | null = null): AgentEvidence => ({
  agentId: 'demo:a',
  buckets: stored(events),
  ceilings: events.filter(isCritical).map(({ eventId, at }) => ({
    id: eventId,
    agentId: 'demo:a',
    kind: 'critical',
    reference: eventId,
    limit: 299,
    since: at,
    until: null,
    clearedAt: null,
  })),
  fingerprints: [],
  toldTier: 'standard',
  delegatedBy: parent?.agentId ?? null,
  parent,
  delegates: [],
});
const isCritical = ({ severity, source }: TrustEvidence): boolean =>
  severity === 'critical' && (source === 'platform' || source === 'person');

describe('with ceilings, gates and delegations', () => {
  it('with ceilings and gates too, score and tier are what the second model says', () => {
    fc.assert(
      fc.property(record, fc.array(evidence, { maxLength: 4 }), (good, more) => {
        const events = [...good, ...more];
        const found = scoreOf(evidenceOf(events), AT);
        const expected = wholeModel(events, AT);
        expect(Math.abs(found.score - expected.score)).toBeLessThan(0.06);
        // A score on the edge of a tier may be rounded either way.
        const edge = [300, 500, 700, 900].some((floor) => Math.abs(expected.score - floor) < 0.1);
        if (!edge) expect(found.tier).toBe(expected.tier);
      }),
      RUNS,
    );
  });

  it('duplicates, their order and what came first do not matter', () => {
    fc.assert(
      fc.property(
        manyEvents.chain((events) =>
          fc.tuple(
            fc.constant(events),
            fc.shuffledSubarray([...events, ...events, ...events], { minLength: events.length * 3 }),
          ),
        ),
        ([events, deliveries]) => {
          expect(scoreOf(ledgerOf(deliveries), AT)).toMatchObject({
            score: scoreOf(evidenceOf(events), AT).score,
            tier: scoreOf(evidenceOf(events), AT).tier,
          });
        },
      ),
      RUNS,
    );
  });

  it('with ceilings too, a positive event never lowers the score and a negative one never raises it', () => {
    fc.assert(
      fc.property(manyEvents, evidence, (events, more) => {
        const change = scoreOf(evidenceOf([...events, more]), AT).score - scoreOf(evidenceOf(events), AT).score;
        if (more.severity === 'positive') expect(change).toBeGreaterThanOrEqual(0);
        else expect(change).toBeLessThanOrEqual(0);
      }),
      RUNS,
    );
  });

  it('an agent never stands above the one on whose behalf it acts, and else where it would stand alone', () => {
    fc.assert(
      fc.property(manyEvents, manyEvents, manyEvents, (own, above, top) => {
        const highest = { ...evidenceOf(top), agentId: 'demo:c' };
        const higher = { ...evidenceOf(above, highest), agentId: 'demo:b' };
        const alone = scoreOf(evidenceOf(own), AT).score;
        const limit = Math.min(scoreOf(evidenceOf(above), AT).score, scoreOf(highest, AT).score);
        expect(scoreOf(evidenceOf(own, higher), AT).score).toBe(Math.min(alone, limit));
      }),
      RUNS,
    );
  });

  it('what is taken back leaves the sums as if it had never been', () => {
    fc.assert(
      fc.property(manyEvents, manyEvents, (events, replaced) => {
        const taken = replaced.map((one): TrustEvidence => ({ ...one, sign: -1 }));
        const all = stored([...events, ...replaced, ...taken]);
        expect(score(all, [], AT)).toEqual(score(stored(events), [], AT));
      }),
      RUNS,
    );
  });

  it('a history ends with the score of the moment, and is the same whatever came later', () => {
    fc.assert(
      fc.property(manyEvents, fc.integer({ min: 0, max: 199 }), (events, day) => {
        const whole = evidenceOf(events);
        const end = new Date(START + (day + 1) * 86_400_000 - 1);
        const until = evidenceOf(events.filter(({ at }) => at <= end));
        const [point] = historyOf(whole, end, end, 1, AT);
        expect(point?.found.score).toBe(scoreOf(until, end).score);
        expect(historyOf(whole, end, AT, 400, AT).at(-1)?.found.score).toBe(scoreOf(whole, AT).score);
      }),
      { numRuns: 200 },
    );
  });
});
