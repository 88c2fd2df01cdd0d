import type { Severity } from '@agion/wire';

/** Something that went against the rules. */
export interface NewViolation {
  organizationId: string;
  /** What it is for; opened once for it, e.g. `decision:<id>`. */
  reference: string;
  /** `denied`: a policy denied an action; `unverified_critical`: a critical report nobody vouches for; `forged`: somebody else's event. */
  kind: 'denied' | 'unverified_critical' | 'forged';
  agentId: string;
  severity: Exclude<Severity, 'positive' | 'neutral'>;
  /** One line for people. */
  summary: string;
  details: Record<string, unknown> | null;
  decisionId: string | null;
  at: Date;
}

export const VIOLATION_STATUSES = ['open', 'acknowledged', 'resolved'] as const;
export type ViolationStatus = (typeof VIOLATION_STATUSES)[number];

/** A violation as it is kept. */
export interface Violation extends NewViolation {
  id: string;
  status: ViolationStatus;
  acknowledgedAt: Date | null;
  acknowledgedBy: string | null;
  resolvedAt: Date | null;
  resolvedBy: string | null;
  note: string | null;
}
