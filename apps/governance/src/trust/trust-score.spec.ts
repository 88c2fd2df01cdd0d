import { describe, expect, it } from '@jest/globals';
import type { TrustCeiling } from './trust-ceiling.js';
import { TRUST_DIMENSIONS, type TrustDimension } from '@agion/wire';
import type { TrustEvidence } from './trust-evidence.js';
import { score, tierOf } from './trust-score.js';
import { bucketOf } from './trust-weight.js';

const START = Date.parse('2026-01-01T00:00:00Z');
const day = (n: number): Date => new Date(START + n * 86_400_000 + 43_200_000);
let made = 0;
const event = (given: Partial<TrustEvidence>): TrustEvidence => ({
  organizationId: 'o',
  eventId: `e${(made += 1)}`,
  agentId: 'demo:a',
  eventType: 'task_completed',
  severity: 'positive',
  impact: 0.05,
  dimension: 'reliability',
  source: 'platform',
  reporter: null,
  fingerprint: '',
  context: null,
  at: day(0),
  ...given,
});
const daily = (days: number, perDay: number, given: Partial<TrustEvidence>): TrustEvidence[] =>
  Array.from({ length: days * perDay }, (_, i) => event({ ...given, at: day(Math.floor(i / perDay)) }));
const everywhere = (
  days: number,
  perDay: number,
  given: Partial<TrustEvidence> = {},
  dimensions: readonly TrustDimension[] = TRUST_DIMENSIONS,
): TrustEvidence[] => dimensions.flatMap((dimension) => daily(days, perDay, { ...given, dimension }));
const scoreOf = (events: TrustEvidence[], at: Date, ceilings: TrustCeiling[] = []): ReturnType<typeof score> =>
  score(events.map(bucketOf), ceilings, at);
const ceiling = (given: Partial<TrustCeiling> = {}): TrustCeiling => ({
  id: 'c',
  agentId: 'demo:a',
  kind: 'critical',
  reference: 'e',
  limit: 299,
  since: day(29),
  until: null,
  clearedAt: null,
  ...given,
});

const thirtyGoodDays = everywhere(30, 5);
const critical = event({ severity: 'critical', dimension: 'security', at: day(29) });

describe('the score', () => {
  it.each<[string, number, TrustEvidence[], Date, TrustCeiling[]]>([
    ['500 for a new agent', 500, [], day(0), []],
    ['958 after 30 days of 5 good events a day in each dimension', 958, thirtyGoodDays, day(29), []],
    ['299 as soon as one critical follows', 299, [...thirtyGoodDays, critical], day(29), [ceiling()]],
    ['922 after 30 idle days', 922, thirtyGoodDays, day(59), []],
    ['788 after 90 idle days', 788, thirtyGoodDays, day(119), []],
    ['501 after an idle year', 501, thirtyGoodDays, day(29 + 365), []],
    ['582 for 5,000 trivial successes in a day', 582, daily(1, 5_000, { impact: 0.01 }), day(0), []],
    [
      '271 with 5 majors a day in security, however good the rest',
      271,
      [
        ...everywhere(30, 5, {}, ['reliability', 'compliance', 'feedback']),
        ...daily(30, 5, { severity: 'major', dimension: 'security' }),
      ],
      day(29),
      [],
    ],
    ['699 for ten days of praising oneself', 699, everywhere(10, 200, { source: 'self' }), day(9), []],
  ])('is %s', (_, expected, events, at, ceilings) => {
    const found = scoreOf(events, at, ceilings).score;
    expect(Math.abs(found - expected)).toBeLessThanOrEqual(3);
  });

  it('counts what other agents say against one up to 5 a day and dimension', () => {
    const slander = (n: number): number =>
      scoreOf([...thirtyGoodDays, ...daily(1, n, { source: 'peer', severity: 'major' })], day(29)).score;
    expect(slander(2)).toBe(slander(2_000));
    expect(slander(1)).toBeGreaterThan(slander(2));
  });

  it('takes a critical of an unproven source for a major', () => {
    const of = (severity: TrustEvidence['severity']): number =>
      scoreOf([...thirtyGoodDays, event({ severity, source: 'self' })], day(29)).score;
    expect(of('critical')).toBe(of('major'));
  });

  it('forgets no evidence with a new build', () => {
    const bad = daily(10, 5, { severity: 'major' });
    const renewed = bad.map((one, i) => ({ ...one, fingerprint: String(i % 3) }));
    expect(scoreOf(renewed, day(10))).toEqual(scoreOf(bad, day(10)));
  });
});

describe('a ceiling', () => {
  const capped = (given: Partial<TrustCeiling>, at: Date): boolean =>
    scoreOf(thirtyGoodDays, at, [ceiling(given)]).score <= (given.limit ?? 299);

  it.each<[string, Partial<TrustCeiling>, number, boolean]>([
    ['of a critical event stays until somebody clears it', {}, 80, true],
    ['of a critical event stays seven days although it was cleared', { clearedAt: day(30) }, 35, true],
    ['of a critical event ends seven days later when it was cleared', { clearedAt: day(30) }, 36, false],
    ['of a new build holds', { kind: 'fingerprint', limit: 699, until: day(43) }, 42, true],
    ['of a new build ends by itself', { kind: 'fingerprint', limit: 699, until: day(43) }, 43, false],
  ])('%s', (_, given, at, expected) => {
    expect(capped(given, day(at))).toBe(expected);
  });

  it('for want of proof ends with a weight of 20 by the platform and people', () => {
    const of = (n: number): number =>
      scoreOf([...everywhere(10, 20, { source: 'self' }), ...daily(1, n, {})], day(9)).score;
    expect(of(19)).toBe(699);
    expect(of(20)).toBeGreaterThan(699);
  });
});

describe('the tier', () => {
  it.each<[number, number, number, string]>([
    [299, 0, 0, 'untrusted'],
    [300, 0, 0, 'probation'],
    [500, 0, 0, 'standard'],
    [699.9, 500, 0, 'standard'],
    [700, 49, 0, 'standard'],
    [700, 50, 0, 'trusted'],
    [950, 199, 0, 'trusted'],
    [950, 200, 0, 'autonomous'],
    [950, 200, 1, 'standard'],
    [950, 10, 0, 'standard'],
  ])('of %d points with %d verified events and %d majors is %s', (points, verified, majors, tier) => {
    expect(tierOf(points, verified, majors)).toBe(tier);
  });

  it('is lost by a major for thirty days', () => {
    const events = [...everywhere(60, 5), event({ severity: 'major', at: day(59) })];
    expect(scoreOf(events, day(88)).tier).toBe('standard');
    expect(scoreOf([...events, ...everywhere(60, 1)], day(89)).tier).toBe('autonomous');
  });

  it('opens to nobody because peers or the agent itself say so', () => {
    expect(scoreOf([...everywhere(30, 40, { source: 'peer' }), ...daily(1, 20, {})], day(29)).tier).toBe('standard');
  });
});

it('is the more certain the more events there are', () => {
  expect(scoreOf([], day(0)).confidence).toBe(0);
  expect(scoreOf(daily(1, 10, {}), day(0)).confidence).toBe(0.5);
  expect(scoreOf(daily(1, 10, { severity: 'neutral' }), day(0)).confidence).toBe(0);
});
