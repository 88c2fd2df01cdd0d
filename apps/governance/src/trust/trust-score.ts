import { TRUST_DIMENSIONS, type TrustDimension, type TrustTier } from '@agion/wire';
import { isActive, type TrustCeiling } from './trust-ceiling.js';
import { dayOf, WEIGHT_UNIT, type TrustBucket } from './trust-weight.js';

/** What a dimension is worth: p is 0.5 while nothing is known. */
export interface DimensionPart {
  dimension: TrustDimension;
  exponent: number;
  /** Decayed evidence for and against. */
  positive: number;
  negative: number;
  /** Of `negative`: what other agents said, as far as it counts. */
  peerNegative: number;
  p: number;
}

/** A ceiling as it applies now. `unverified` follows from the evidence, `delegation` from another agent's score: neither has a row. */
export interface AppliedCeiling {
  kind: TrustCeiling['kind'] | 'unverified' | 'delegation';
  limit: number;
  ceiling: TrustCeiling | null;
  /** The agent whose score it is. */
  delegatedBy?: string;
}

/** The agent on whose behalf another one acts. */
export interface DelegatingAgent {
  agentId: string;
  /** 0–1000 */
  score: number;
}

export interface TrustScore {
  /** 0–1000, to one decimal. */
  score: number;
  tier: TrustTier;
  /** n/(n+10) */
  confidence: number;
  events: number;
  verifiedEvents: number;
  verifiedWeight: number;
  majorsLately: number;
  /** What the evidence alone gives, before ceilings. */
  uncapped: number;
  parts: DimensionPart[];
  ceilings: AppliedCeiling[];
}

export const EXPONENTS: Readonly<Record<TrustDimension, number>> = {
  reliability: 0.3,
  compliance: 0.3,
  security: 0.25,
  feedback: 0.15,
};
/** Least score of each tier but the lowest. */
export const TIER_FLOORS: readonly [TrustTier, number][] = [
  ['autonomous', 900],
  ['trusted', 700],
  ['standard', 500],
  ['probation', 300],
];
/** Platform or person events a tier needs, whatever the score. */
export const TIER_GATES: Partial<Record<TrustTier, number>> = { trusted: 50, autonomous: 200 };
export const MAJOR_FREE_DAYS = 30;
export const POSITIVE_HALF_LIFE_DAYS = 30;
export const NEGATIVE_HALF_LIFE_DAYS = 90;
/** Undecayed positive weight from platform and people below which nobody is trusted. */
export const VERIFIED_WEIGHT_NEEDED = 20;
export const UNVERIFIED_LIMIT = 699;
const PRIOR = 5;
const POSITIVE_PER_DAY = 20;
const PEER_NEGATIVE_PER_DAY = 5;

/**
 * The score of an agent at a moment, from nothing but its evidence and its ceilings: a weighted geometric mean, so that one bad
 * dimension cannot be bought back, and then the lowest active ceiling. Buckets of one dimension and day count together.
 */
export function score(
  buckets: readonly TrustBucket[],
  ceilings: readonly TrustCeiling[],
  at: Date,
  delegatedBy: DelegatingAgent | null = null,
): TrustScore {
  const today = dayOf(at);
  const parts = TRUST_DIMENSIONS.map((dimension) => partOf(dimension, buckets, today));
  const uncapped = 1_000 * parts.reduce((product, { p, exponent }) => product * p ** exponent, 1);
  const total = (field: 'count' | 'verifiedCount' | 'verifiedPositive'): number =>
    buckets.reduce((sum, bucket) => sum + bucket[field], 0);
  const verifiedWeight = total('verifiedPositive') / WEIGHT_UNIT;
  const applied = appliedCeilings(ceilings, verifiedWeight, at, delegatedBy);
  const rounded = round(Math.min(uncapped, ...applied.map(({ limit }) => limit)));
  const events = total('count');
  const verifiedEvents = total('verifiedCount');
  const majorsLately = buckets.reduce((sum, { day, majors }) => sum + (today - day < MAJOR_FREE_DAYS ? majors : 0), 0);
  return {
    score: rounded,
    tier: tierOf(rounded, verifiedEvents, majorsLately),
    confidence: events / (events + 10),
    events,
    verifiedEvents,
    verifiedWeight,
    majorsLately,
    uncapped: round(uncapped),
    parts,
    ceilings: applied,
  };
}

/** Days since then halve what is left of it. */
export const decay = (day: number, today: number, halfLife: number): number =>
  2 ** (-Math.max(0, today - day) / halfLife);

function partOf(dimension: TrustDimension, buckets: readonly TrustBucket[], today: number): DimensionPart {
  const days = new Map<number, { positive: number; negative: number; peer: number }>();
  for (const bucket of buckets) {
    if (bucket.dimension !== dimension) continue;
    const sum = days.get(bucket.day) ?? { positive: 0, negative: 0, peer: 0 };
    days.set(bucket.day, {
      positive: sum.positive + bucket.positive,
      negative: sum.negative + bucket.negative - bucket.peerNegative,
      peer: sum.peer + bucket.peerNegative,
    });
  }
  let positive = 0;
  let negative = 0;
  let peerNegative = 0;
  for (const [day, sum] of [...days].sort(([a], [b]) => a - b)) {
    const byPeers = Math.min(PEER_NEGATIVE_PER_DAY, sum.peer / WEIGHT_UNIT);
    const against = sum.negative / WEIGHT_UNIT + byPeers;
    positive += Math.min(POSITIVE_PER_DAY, sum.positive / WEIGHT_UNIT) * decay(day, today, POSITIVE_HALF_LIFE_DAYS);
    negative += against * decay(day, today, NEGATIVE_HALF_LIFE_DAYS);
    peerNegative += byPeers * decay(day, today, NEGATIVE_HALF_LIFE_DAYS);
  }
  const p = (PRIOR + positive) / (2 * PRIOR + positive + negative);
  return { dimension, exponent: EXPONENTS[dimension], positive, negative, peerNegative, p };
}

function appliedCeilings(
  ceilings: readonly TrustCeiling[],
  verifiedWeight: number,
  at: Date,
  delegatedBy: DelegatingAgent | null,
): AppliedCeiling[] {
  const applied: AppliedCeiling[] = ceilings
    .filter((ceiling) => isActive(ceiling, at))
    .map((ceiling) => ({ kind: ceiling.kind, limit: ceiling.limit, ceiling }));
  if (verifiedWeight < VERIFIED_WEIGHT_NEEDED)
    applied.push({ kind: 'unverified', limit: UNVERIFIED_LIMIT, ceiling: null });
  if (delegatedBy)
    applied.push({ kind: 'delegation', limit: delegatedBy.score, ceiling: null, delegatedBy: delegatedBy.agentId });
  return applied.sort((a, b) => a.limit - b.limit);
}

/** The highest tier whose floor and gates are met. */
export function tierOf(points: number, verifiedEvents: number, majorsLately: number): TrustTier {
  const reached = TIER_FLOORS.find(([tier, floor]) => {
    const gate = TIER_GATES[tier];
    return points >= floor && (gate === undefined || (verifiedEvents >= gate && majorsLately === 0));
  });
  return reached?.[0] ?? 'untrusted';
}

const round = (points: number): number => Math.round(points * 10) / 10;
