import type { TrustEvidence } from './trust-evidence.js';
import { DENIED_ACTION } from './trust-mapping.js';

/** A decision that denied an agent something. */
export interface DeniedAction {
  organizationId: string;
  decisionId: string;
  agentId: string;
  action: string;
  /** Of the agent's build, as AgentFacts has it. */
  fingerprint: string;
  at: Date;
}

/** What a denial says about the agent that asked: the platform's own observation, once for each decision. */
export const deniedEvidence = ({
  organizationId,
  decisionId,
  agentId,
  action,
  fingerprint,
  at,
}: DeniedAction): TrustEvidence => ({
  ...DENIED_ACTION,
  organizationId,
  eventId: `decision:${decisionId}`,
  agentId,
  eventType: 'policy_denied',
  source: 'platform',
  reporter: null,
  fingerprint,
  context: { action, decision_id: decisionId },
  at,
});
