import type { Severity, ViolationKind, ViolationStatus } from '@agion/wire';

/** Something that went against the rules. */
export interface NewViolation {
  organizationId: string;
  /** What it is for; opened once for it, e.g. `decision:<id>`. */
  reference: string;
  kind: ViolationKind;
  agentId: string;
  severity: Exclude<Severity, 'positive' | 'neutral'>;
  /** One line for people. */
  summary: string;
  details: Record<string, unknown> | null;
  decisionId: string | null;
  at: Date;
}

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
