import type { FoundInputs, PlacedInputs } from '../ledger/decision-inputs.store.js';
import type { Decision, DecisionOutcome, RecordedDecision } from './decision.js';

/** A row of the ledger, as Postgres has it. */
export interface DecisionRow extends PlacedInputs {
  organization_id: string;
  decision_id: string;
  agent_id: string;
  action: string;
  resource: string | null;
  decision: Decision['decision'];
  winner_policy: string | null;
  winner_version: number | null;
  matched: Decision['matched'];
  reason: string;
  failing_terms: Decision['failingTerms'] | null;
  obligations: Decision['obligations'] | null;
  errors: Decision['errors'] | null;
  policy_revision: number | null;
  trust_score: number | null;
  shadow_decision: Decision['shadowDecision'];
  source: Decision['source'];
  answered: boolean;
  eval_us: number | null;
  correlation_id: string | null;
  reply_to: string | null;
  mission_id: string | null;
  session_id: string | null;
  user_id: string | null;
  execution_id: string | null;
  phase: RecordedDecision['phase'];
  /** Of the last report; null: there is none, or nobody asked. */
  outcome?: DecisionOutcome | null;
  at: Date;
  recorded_at: Date;
}

const NOT_ASKED_FOR: FoundInputs = { request: null, inputs: 'none' };

/** The decision a row tells of. @param found what it was asked, if that was looked for */
export const recordedDecision = (row: DecisionRow, found: FoundInputs = NOT_ASKED_FOR): RecordedDecision => ({
  organizationId: row.organization_id,
  decisionId: row.decision_id,
  agentId: row.agent_id,
  action: row.action,
  resource: row.resource,
  decision: row.decision,
  winner: row.winner_policy === null ? null : { policy: row.winner_policy, version: row.winner_version ?? 0 },
  matched: row.matched,
  reason: row.reason,
  failingTerms: row.failing_terms ?? [],
  obligations: row.obligations ?? [],
  errors: row.errors ?? [],
  request: found.request,
  inputs: found.inputs,
  policyRevision: row.policy_revision,
  trustScore: row.trust_score,
  shadowDecision: row.shadow_decision,
  source: row.source,
  answered: row.answered,
  evalUs: row.eval_us,
  correlationId: row.correlation_id,
  replyTo: row.reply_to,
  missionId: row.mission_id,
  sessionId: row.session_id,
  userId: row.user_id,
  executionId: row.execution_id,
  phase: row.phase ?? found.request?.phase ?? null,
  outcome: row.outcome ?? 'none',
  at: row.at,
  recordedAt: row.recorded_at,
});
