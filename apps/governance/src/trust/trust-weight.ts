import type { Severity, TrustDimension, TrustSource } from '@agion/wire';
import { isVerified, type TrustEvidence } from './trust-evidence.js';

/** Weights are kept in millionths: whole numbers add up to the same in every order. */
export const WEIGHT_UNIT = 1_000_000;
const DAY_MS = 86_400_000;

const SEVERITY_WEIGHT: Readonly<Record<Severity, number>> = {
  positive: 1,
  neutral: 0,
  minor: 2,
  major: 6,
  critical: 20,
};
const SOURCE_WEIGHT: Readonly<Record<TrustSource, number>> = { platform: 1, person: 1.5, peer: 0.5, self: 0.25 };
/** The impact that counts once; from a fifth of it to four times of it is told apart. */
const USUAL_IMPACT = 0.05;

/** Only the platform and people can call something critical; from others it weighs as major. */
export const effectiveSeverity = (severity: Severity, source: TrustSource): Severity =>
  severity === 'critical' && !isVerified(source) ? 'major' : severity;

/** What an event weighs, in millionths. */
export function weightOf({ severity, impact, source }: Pick<TrustEvidence, 'severity' | 'impact' | 'source'>): number {
  const strength = Math.min(4, Math.max(0.2, Math.abs(impact) / USUAL_IMPACT));
  return Math.round(
    SEVERITY_WEIGHT[effectiveSeverity(severity, source)] * strength * SOURCE_WEIGHT[source] * WEIGHT_UNIT,
  );
}

/** What the evidence of one dimension and UTC day adds up to. Weights in millionths. */
export interface TrustBucket {
  dimension: TrustDimension;
  /** Days since 1970-01-01 UTC. */
  day: number;
  positive: number;
  negative: number;
  /** Events of any weight above 0. */
  count: number;
  /** Of these, positive and by the platform or a person: their weight and number. */
  verifiedPositive: number;
  verifiedCount: number;
  /** Of `negative`: what other agents said. */
  peerNegative: number;
  /** Major and critical ones by the platform or a person. */
  majors: number;
}

export const dayOf = (at: Date): number => Math.floor(at.getTime() / DAY_MS);

/** The bucket of a single event; less than nothing for one that takes another back. */
export function bucketOf(evidence: TrustEvidence): TrustBucket {
  const { severity, source, dimension, at, sign = 1 } = evidence;
  const weight = weightOf(evidence);
  const positive = severity === 'positive' ? weight : 0;
  const negative = weight - positive;
  const verified = isVerified(source);
  const signed = (value: number): number => (value === 0 ? 0 : sign * value);
  return {
    dimension,
    day: dayOf(at),
    positive: signed(positive),
    negative: signed(negative),
    count: signed(weight > 0 ? 1 : 0),
    verifiedPositive: signed(verified ? positive : 0),
    verifiedCount: signed(verified && positive > 0 ? 1 : 0),
    peerNegative: signed(source === 'peer' ? negative : 0),
    majors: signed(verified && (severity === 'major' || severity === 'critical') ? 1 : 0),
  };
}

/** Two buckets of the same dimension and day as one. */
export const added = (a: TrustBucket, b: TrustBucket): TrustBucket => ({
  ...a,
  positive: a.positive + b.positive,
  negative: a.negative + b.negative,
  count: a.count + b.count,
  verifiedPositive: a.verifiedPositive + b.verifiedPositive,
  verifiedCount: a.verifiedCount + b.verifiedCount,
  peerNegative: a.peerNegative + b.peerNegative,
  majors: a.majors + b.majors,
});
