import type { DecisionDto, DecisionOutcomeDto } from '@agion/dto';
import type { Decision, RecordedDecision } from './decision.js';

/** The answer to a check (policy language, "Decision"). */
export const toDecisionOutcomeDto = (decision: Decision): DecisionOutcomeDto => ({
  decision_id: decision.decisionId,
  decision: decision.decision,
  allowed: decision.decision === 'allow',
  matched: [...decision.matched],
  winner: decision.winner,
  reason: decision.reason,
  failing_terms: [...decision.failingTerms],
  obligations: [...decision.obligations],
  errors: [...decision.errors],
  ...(decision.shadowDecision !== null && { shadow_decision: decision.shadowDecision }),
  policy_revision: decision.policyRevision,
  trust_score: decision.trustScore,
  eval_us: decision.evalUs,
  source: decision.source,
  ...(decision.correlationId !== null && { correlation_id: decision.correlationId }),
});

/** A decision as the ledger shows it. */
export const toDecisionDto = (decision: RecordedDecision): DecisionDto => ({
  ...toDecisionOutcomeDto(decision),
  agent_id: decision.agentId,
  action: decision.action,
  resource: decision.resource,
  context: decision.request?.context ?? null,
  arguments: decision.request?.arguments ?? null,
  inputs: decision.inputs,
  truncated: decision.request?.truncated ?? false,
  answered: decision.answered,
  reply_to: decision.replyTo,
  mission_id: decision.missionId,
  session_id: decision.sessionId,
  user_id: decision.userId,
  phase: decision.phase,
  execution_id: decision.executionId,
  outcome: decision.outcome,
  at: decision.at.toISOString(),
  recorded_at: decision.recordedAt.toISOString(),
});
