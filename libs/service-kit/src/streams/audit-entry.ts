import { v7 as uuidv7 } from 'uuid';
import { currentTraceId } from '../http/trace-context.js';
import { STREAMS, streamKey, type Principal } from '@agion/wire';

export interface AuditFact {
  /** What happened, e.g. `agent.registered`. */
  type: string;
  /** Who did it. */
  actor: Principal;
  /** To what: its kind and id, and whatever names it. */
  subject: { kind: string; id: string } & Record<string, unknown>;
  outcome: 'succeeded' | 'denied' | 'failed';
  details?: Record<string, unknown>;
  /** Default: the trace of the request being handled. */
  traceId?: string;
}

/** An audit entry as it goes through an outbox; the relay signs it. `id` is the identity it is recorded under, once. */
export interface AuditEntry {
  id: string;
  organizationId: string;
  stream: string;
  fields: Record<string, string>;
}

export function auditEntry(
  { type, actor, subject, outcome, details, traceId = currentTraceId() }: AuditFact,
  at = new Date(),
): AuditEntry {
  const id = uuidv7();
  const { kind, subject: name, credentialId } = actor;
  return {
    id,
    organizationId: actor.organization.id,
    stream: streamKey(actor.organization.slug, STREAMS.audit),
    fields: {
      event_id: id,
      type,
      actor: JSON.stringify({ kind, id: name, ...(credentialId !== undefined && { credential_id: credentialId }) }),
      subject: JSON.stringify(subject),
      outcome,
      timestamp: at.toISOString(),
      ...(details && { details: JSON.stringify(details) }),
      ...(traceId !== undefined && { trace_id: traceId }),
    },
  };
}
