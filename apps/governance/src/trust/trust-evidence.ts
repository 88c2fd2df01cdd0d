import type { Severity } from '@agion/wire';

export const TRUST_DIMENSIONS = ['reliability', 'compliance', 'security', 'feedback'] as const;
export type TrustDimension = (typeof TRUST_DIMENSIONS)[number];

/** Who vouches for a piece of evidence: the platform itself, a verified person, another authenticated agent, nobody but itself. */
export const TRUST_SOURCES = ['platform', 'person', 'peer', 'self'] as const;
export type TrustSource = (typeof TRUST_SOURCES)[number];

/** A fact that speaks for or against an agent. */
export interface TrustEvidence {
  organizationId: string;
  /** What it counts under, once per organization. */
  eventId: string;
  agentId: string;
  eventType: string;
  severity: Severity;
  /** −1…1; only its size counts, the side follows from the severity. */
  impact: number;
  dimension: TrustDimension;
  source: TrustSource;
  /** Who reported it, as proven; else null. */
  reporter: string | null;
  /** Digest of the build it speaks of; '' when the agent declares none. */
  fingerprint: string;
  context: Record<string, unknown> | null;
  at: Date;
}

/** What the platform and verified people say opens gates and sets ceilings; others only weigh. */
export const isVerified = (source: TrustSource): boolean => source === 'platform' || source === 'person';
