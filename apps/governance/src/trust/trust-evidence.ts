import type { Severity, TrustDimension, TrustSource } from '@agion/wire';

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
  /** −1: takes back what an earlier event has said, to the last millionth. Default 1. */
  sign?: 1 | -1;
  /** The container it belongs to by its registration; default: as its id says. */
  containerId?: string | null;
}

/** What the platform and verified people say opens gates and sets ceilings; others only weigh. */
export const isVerified = (source: TrustSource): boolean => source === 'platform' || source === 'person';
