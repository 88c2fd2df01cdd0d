import type { AuditEvent } from '../audit/audit-event.js';
import type { TrustEvidence } from '../trust/trust-evidence.js';
import { DENIED_ACTION } from '../trust/trust-mapping.js';
import type { NewViolation } from '../violations/violation.js';
import type { NewDecision } from './decision.js';
import { auditIdOf } from './decision-id.js';

const detailsOf = ({
  decisionId,
  winner,
  matched,
  reason,
  policyRevision,
  source,
}: NewDecision): Record<string, unknown> => ({
  decision_id: decisionId,
  policy: winner?.policy ?? null,
  policy_version: winner?.version ?? null,
  policies: matched.map(({ policy, version }) => ({ policy, version })),
  reason,
  policy_revision: policyRevision,
  source,
});

/** What a denial is in the list of things somebody may have to look at. */
export const violationOf = (denial: NewDecision): NewViolation => ({
  organizationId: denial.organizationId,
  reference: `decision:${denial.decisionId}`,
  kind: 'denied',
  agentId: denial.agentId,
  severity: 'minor',
  summary: `\`${denial.action}\` was denied: ${denial.reason}`,
  details: detailsOf(denial),
  decisionId: denial.decisionId,
  at: denial.at,
});

/**
 * What a denial says about the agent: nothing of an agent that nobody knows. Of a decision the SDK made by itself, there is only its
 * own word.
 */
export function evidenceOf(denial: NewDecision): TrustEvidence[] {
  if (denial.fingerprint === null) return [];
  const { organizationId, decisionId, agentId, fingerprint, at, action, source } = denial;
  return [
    {
      ...DENIED_ACTION,
      organizationId,
      eventId: `decision:${decisionId}`,
      agentId,
      eventType: 'policy_denied',
      source: source === 'local' ? 'self' : 'platform',
      reporter: null,
      fingerprint,
      context: { decision_id: decisionId, action },
      at,
    },
  ];
}

/** What the audit trail has of a denial. */
export const auditEventOf = (denial: NewDecision): AuditEvent => ({
  eventId: auditIdOf(denial.decisionId),
  type: 'decision.denied',
  actor: { kind: 'agent', id: denial.agentId },
  subject: { kind: 'action', id: denial.action, ...(denial.resource !== null && { resource: denial.resource }) },
  outcome: 'denied',
  details: detailsOf(denial),
  source: 'governance',
  traceId: null,
  at: denial.at,
});
