import { v7 as uuidv7 } from 'uuid';
import type { AuditFactOf } from '../audit/audit-rows.store.js';
import type { NewViolation } from '../violations/violation.js';
import { CRITICAL_LIMIT } from './trust-ceiling.js';
import type { TrustEvidence } from './trust-evidence.js';

/** Somebody whose word sets no ceiling calls something critical: a person should look at it. */
export const reviewOf = ({
  organizationId,
  eventId,
  agentId,
  eventType,
  source,
  reporter,
  context,
  at,
}: TrustEvidence): NewViolation => ({
  organizationId,
  reference: `trust:${eventId}`,
  kind: 'unverified_critical',
  agentId,
  severity: 'critical',
  summary: `\`${eventType}\` was called critical by ${source === 'self' ? 'an unproven source' : `\`${reporter ?? 'another agent'}\``}`,
  details: { event_id: eventId, source, ...(context && { context }) },
  decisionId: null,
  at,
});

/** What the audit trail has of a ceiling that a critical event set. */
export function ceilingFactOf({
  organizationId,
  eventId,
  agentId,
  eventType,
  source,
  reporter,
  at,
}: TrustEvidence): AuditFactOf {
  const [kind = '', ...id] = (reporter ?? '').split(':');
  return {
    organizationId,
    event: {
      eventId: uuidv7(),
      type: 'trust_ceiling.set',
      actor: source === 'person' ? { kind, id: id.join(':') } : { kind: 'platform', id: reporter ?? 'platform' },
      subject: { kind: 'agent', id: agentId },
      outcome: 'succeeded',
      details: { event_id: eventId, event_type: eventType, limit: CRITICAL_LIMIT },
      source: 'governance',
      traceId: null,
      at,
    },
  };
}
