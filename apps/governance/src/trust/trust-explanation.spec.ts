import { describe, expect, it } from '@jest/globals';
import type { AgentEvidence } from './agent-evidence.js';
import { contributionsOf, nextTierOf, outlookOf, pointsOfDimension, type EvidenceGroup } from './trust-explanation.js';
import { score, type TrustScore } from './trust-score.js';
import type { TrustBucket } from './trust-weight.js';

const AT = new Date('2026-02-01T12:00:00Z');
const TODAY = Math.floor(AT.getTime() / 86_400_000);
const bucket = (given: Partial<TrustBucket>): TrustBucket => ({
  dimension: 'reliability',
  day: TODAY,
  positive: 0,
  negative: 0,
  count: 0,
  verifiedPositive: 0,
  verifiedCount: 0,
  peerNegative: 0,
  majors: 0,
  ...given,
});
const group = (given: Partial<EvidenceGroup>): EvidenceGroup => ({
  eventType: 'task_completed',
  dimension: 'reliability',
  source: 'platform',
  positive: true,
  events: 1,
  weight: 1,
  lastAt: AT,
  ...given,
});
const found = (given: Partial<TrustScore>): TrustScore => ({ ...score([], [], AT), ...given });

describe('contributions', () => {
  const { parts } = score([bucket({ positive: 12e6, negative: 4e6 })], [], AT);

  it('pull up or down, the largest first, and are nothing for a dimension without evidence', () => {
    const contributions = contributionsOf(parts, [
      group({ weight: 2 }),
      group({ eventType: 'task_started', weight: 10 }),
      group({ eventType: 'task_failed', positive: false, weight: 4 }),
      group({ eventType: 'noted', weight: 0 }),
    ]);
    expect(contributions.map(({ eventType }) => eventType)).toEqual(['task_started', 'task_failed', 'task_completed']);
    expect(contributions.map(({ points }) => Math.sign(points))).toEqual([1, -1, 1]);
    expect(parts.map((part) => Math.sign(pointsOfDimension(parts, part)))).toEqual([1, 0, 0, 0]);
  });

  it('share what a daily limit leaves of them', () => {
    const { parts: limited } = score([bucket({ positive: 1_000e6 })], [], AT);
    const [a, b] = contributionsOf(limited, [group({ weight: 500 }), group({ eventType: 'x', weight: 500 })]);
    expect(a?.points).toBeCloseTo(b?.points ?? 0, 9);
    const alone = pointsOfDimension(limited, limited[0] as never);
    expect(a?.points).toBeLessThan(alone);
  });
});

describe('what has left for an archive', () => {
  it('is not held against what is still there', () => {
    const { parts } = score([bucket({ negative: 60e6 })], [], AT);
    const [left] = contributionsOf(parts, [group({ eventType: 'task_failed', positive: false, weight: 2 })]);
    const [alone] = contributionsOf(score([bucket({ negative: 2e6 })], [], AT).parts, [
      group({ eventType: 'task_failed', positive: false, weight: 2 }),
    ]);
    expect(left?.points).toBeLessThan(0);
    expect(left?.points).toBeGreaterThan(alone?.points ?? 0);
  });
});

describe('what other agents say against one', () => {
  const { parts } = score([bucket({ negative: 104e6, peerNegative: 100e6 })], [], AT);
  const [peers, platform] = contributionsOf(parts, [
    group({ eventType: 'task_failed', source: 'peer', positive: false, weight: 100 }),
    group({ eventType: 'task_failed', positive: false, weight: 4 }),
  ]);

  it('is limited by itself: it takes nothing off what the platform saw', () => {
    expect(peers?.source).toBe('peer');
    const alone = score([bucket({ negative: 5e6, peerNegative: 0 })], [], AT).uncapped;
    const together = score([bucket({ negative: 9e6, peerNegative: 0 })], [], AT).uncapped;
    expect(platform?.points).toBeCloseTo(together - alone, 0);
  });
});

it('the outlook is the score at those days', () => {
  const evidence = {
    agentId: 'a',
    buckets: [bucket({ positive: 20e6, verifiedPositive: 20e6 })],
    ceilings: [],
    fingerprints: [],
    toldTier: 'standard',
    delegatedBy: null,
    parent: null,
    delegates: [],
  } as const satisfies AgentEvidence;
  const outlook = outlookOf(evidence, AT);
  expect(outlook.map(({ days }) => days)).toEqual([7, 30, 90]);
  expect(outlook[1]?.score).toBe(score(evidence.buckets, [], new Date(AT.getTime() + 30 * 86_400_000)).score);
});

describe('the next tier', () => {
  it('needs points, proof, and an end of ceilings', () => {
    expect(nextTierOf(score([], [], AT))).toEqual({
      tier: 'trusted',
      needs: [
        '200 more points from evidence',
        'the end of the ceiling at 699: positive evidence of weight 20 by the platform or people',
        '50 more positive events by the platform or people',
      ],
    });
  });

  it('needs thirty quiet days after a major event', () => {
    const next = nextTierOf(
      found({ tier: 'standard', uncapped: 950, ceilings: [], verifiedEvents: 900, majorsLately: 1 }),
    );
    expect(next).toEqual({ tier: 'trusted', needs: ['30 days without a major event'] });
  });

  it('is none at the highest', () => {
    expect(nextTierOf(found({ tier: 'autonomous' }))).toBeNull();
  });
});
