import type { NewViolation } from '../violations/violation.js';
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
