import { TRUST_TIERS, type TrustDimension, type TrustSource, type TrustTier } from '@agion/wire';
import { scoreOf, type AgentEvidence } from './agent-evidence.js';
import { CRITICAL_LIMIT, type TrustCeiling } from './trust-ceiling.js';
import { isVerified, type TrustEvidence } from './trust-evidence.js';
import { TIER_FLOORS, TIER_GATES, type AppliedCeiling, type DimensionPart, type TrustScore } from './trust-score.js';
import { bucketOf, type TrustBucket } from './trust-weight.js';

/** Events of one kind and side by one source. */
export interface EvidenceGroup {
  eventType: string;
  dimension: TrustDimension;
  source: TrustSource;
  positive: boolean;
  events: number;
  /** What has not decayed, before any daily limit. */
  weight: number;
  lastAt: Date;
}

export interface Contribution extends EvidenceGroup {
  /** Points of the uncapped score that are due to it, taken alone; negative: lost. */
  points: number;
}

export interface NextTier {
  tier: TrustTier;
  needs: string[];
}

const DAY_MS = 86_400_000;
const OUTLOOK_DAYS = [7, 30, 90];
const MOST_CONTRIBUTIONS = 20;

/** A score if this dimension alone were different. */
const withPart = (parts: readonly DimensionPart[], changed: TrustDimension, p: number): number =>
  1_000 * parts.reduce((product, part) => product * (part.dimension === changed ? p : part.p) ** part.exponent, 1);

const likelihood = (positive: number, negative: number): number => (5 + positive) / (10 + positive + negative);

/** What the score would lose if nothing were known of this dimension. */
export const pointsOfDimension = (parts: readonly DimensionPart[], { dimension, p }: DimensionPart): number =>
  withPart(parts, dimension, p) - withPart(parts, dimension, 0.5);

/** Groups that a daily limit holds for together, and what counts of them. */
const sideOf = ({ positive, source }: EvidenceGroup): 'for' | 'against' | 'peers against' =>
  positive ? 'for' : source === 'peer' ? 'peers against' : 'against';
const COUNTED: Readonly<Record<ReturnType<typeof sideOf>, (part: DimensionPart) => number>> = {
  for: ({ positive }) => positive,
  against: ({ negative, peerNegative }) => negative - peerNegative,
  'peers against': ({ peerNegative }) => peerNegative,
};

/** What each group did to the score, the largest first. Daily limits are shared out in proportion. Of what was archived nobody tells the kind. */
export function contributionsOf(parts: readonly DimensionPart[], groups: readonly EvidenceGroup[]): Contribution[] {
  const contributions = groups.flatMap((group) => {
    const part = parts.find(({ dimension }) => dimension === group.dimension);
    if (!part || group.weight === 0) return [];
    const together = groups
      .filter((other) => other.dimension === group.dimension && sideOf(other) === sideOf(group))
      .reduce((sum, { weight }) => sum + weight, 0);
    const counted = COUNTED[sideOf(group)](part);
    const share = group.weight * Math.min(1, counted / together); // what has been archived counts too, and is nobody's here
    const without = group.positive
      ? likelihood(part.positive - share, part.negative)
      : likelihood(part.positive, part.negative - share);
    return [{ ...group, points: withPart(parts, part.dimension, part.p) - withPart(parts, part.dimension, without) }];
  });
  return contributions.sort((a, b) => Math.abs(b.points) - Math.abs(a.points)).slice(0, MOST_CONTRIBUTIONS);
}

/** What decay alone would make of the score. */
export const outlookOf = (
  evidence: AgentEvidence,
  at: Date,
): { days: number; score: number; uncapped: number; tier: TrustTier }[] =>
  OUTLOOK_DAYS.map((days) => {
    const { score, uncapped, tier } = scoreOf(evidence, new Date(at.getTime() + days * DAY_MS));
    return { days, score, uncapped, tier };
  });

/** What so many events, all at once and now, would make of the score, with the ceiling they would set. */
export function whatIf(evidence: AgentEvidence, event: TrustEvidence, count: number): TrustScore {
  const one = bucketOf(event);
  const added = Object.fromEntries(
    Object.entries(one).map(([name, value]) => [
      name,
      name === 'dimension' || name === 'day' ? value : Number(value) * count,
    ]),
  ) as unknown as TrustBucket;
  const setsCeiling = event.severity === 'critical' && isVerified(event.source) && count > 0;
  const ceiling: TrustCeiling = {
    id: '',
    agentId: event.agentId,
    kind: 'critical',
    reference: event.eventId,
    limit: CRITICAL_LIMIT,
    since: event.at,
    until: null,
    clearedAt: null,
  };
  return scoreOf(
    {
      ...evidence,
      buckets: [...evidence.buckets, added],
      ceilings: setsCeiling ? [...evidence.ceilings, ceiling] : evidence.ceilings,
    },
    event.at,
  );
}

/** What stands between the agent and the next tier; null at the highest. */
export function nextTierOf(found: TrustScore): NextTier | null {
  const tier = TRUST_TIERS[TRUST_TIERS.indexOf(found.tier) + 1];
  if (!tier) return null;
  const floor = TIER_FLOORS.find(([name]) => name === tier)?.[1] ?? 0;
  const gate = TIER_GATES[tier];
  const needs: string[] = [];
  if (found.uncapped < floor) needs.push(`${oneDecimal(floor - found.uncapped)} more points from evidence`);
  for (const applied of found.ceilings)
    if (applied.limit < floor) needs.push(`the end of the ceiling at ${applied.limit}: ${endOf(applied)}`);
  if (gate !== undefined && found.verifiedEvents < gate)
    needs.push(`${gate - found.verifiedEvents} more positive events by the platform or people`);
  if (gate !== undefined && found.majorsLately > 0) needs.push('30 days without a major event');
  return { tier, needs };
}

/** What ends a ceiling, in words. */
export function endOf({ kind, ceiling, delegatedBy }: AppliedCeiling): string {
  if (kind === 'delegation')
    return `a higher score of \`${delegatedBy ?? ''}\`, or an operator who ends the delegation`;
  if (kind === 'unverified') return 'positive evidence of weight 20 by the platform or people';
  if (ceiling?.until) return `time, at ${ceiling.until.toISOString()}, or an operator`;
  const earliest = ceiling ? new Date(ceiling.since.getTime() + 7 * DAY_MS).toISOString() : '';
  return ceiling?.clearedAt ? `time, at ${earliest}: it was cleared` : `an operator, not before ${earliest}`;
}

export const oneDecimal = (points: number): number => Math.round(points * 10) / 10;
