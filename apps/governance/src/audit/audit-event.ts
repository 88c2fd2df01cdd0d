import type { ServiceName } from '@agion/wire';

/** One fact of the trail. */
export interface AuditEvent {
  eventId: string;
  type: string;
  actor: Record<string, unknown>;
  subject: Record<string, unknown>;
  outcome: string;
  details: Record<string, unknown> | null;
  /** The service that signed it. */
  source: ServiceName;
  traceId: string | null;
  at: Date;
}

/** A fact as it is kept. */
export interface RecordedAuditEvent extends AuditEvent {
  recordedAt: Date;
}
