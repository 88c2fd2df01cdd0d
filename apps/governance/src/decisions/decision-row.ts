import type { Decision, RecordedDecision } from './decision.js';

/** The columns of the ledger that are written, with their types. */
export const DECISION_COLUMNS: readonly [name: string, type: string][] = [
  ['organization_id', 'uuid'],
  ['decision_id', 'uuid'],
  ['agent_id', 'text'],
  ['action', 'text'],
  ['resource', 'text'],
  ['decision', 'text'],
  ['winner_policy', 'text'],
  ['winner_version', 'int'],
  ['matched', 'json'],
  ['reason', 'text'],
  ['failing_terms', 'json'],
  ['obligations', 'json'],
  ['errors', 'json'],
  ['request', 'json'],
  ['policy_revision', 'int'],
  ['trust_score', 'float8'],
  ['shadow_decision', 'text'],
  ['source', 'text'],
  ['answered', 'boolean'],
  ['eval_us', 'float8'],
  ['correlation_id', 'text'],
  ['reply_to', 'text'],
  ['mission_id', 'text'],
  ['session_id', 'text'],
  ['user_id', 'text'],
  ['execution_id', 'text'],
  ['at', 'timestamptz'],
];

/** A row of the ledger, as Postgres has it. */
export interface DecisionRow {
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
  request: Decision['request'];
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
  at: Date;
  recorded_at: Date;
}

const unlessEmpty = <T>(list: readonly T[]): readonly T[] | null => (list.length > 0 ? list : null);

/** The row of a decision. */
export const rowOf = (decision: Decision): Omit<DecisionRow, 'recorded_at'> => ({
  organization_id: decision.organizationId,
  decision_id: decision.decisionId,
  agent_id: decision.agentId,
  action: decision.action,
  resource: decision.resource,
  decision: decision.decision,
  winner_policy: decision.winner?.policy ?? null,
  winner_version: decision.winner?.version ?? null,
  matched: decision.matched,
  reason: decision.reason,
  failing_terms: unlessEmpty(decision.failingTerms),
  obligations: unlessEmpty(decision.obligations),
  errors: unlessEmpty(decision.errors),
  request: decision.request,
  policy_revision: decision.policyRevision,
  trust_score: decision.trustScore,
  shadow_decision: decision.shadowDecision,
  source: decision.source,
  answered: decision.answered,
  eval_us: decision.evalUs,
  correlation_id: decision.correlationId,
  reply_to: decision.replyTo,
  mission_id: decision.missionId,
  session_id: decision.sessionId,
  user_id: decision.userId,
  execution_id: decision.executionId,
  at: decision.at,
});

/** The decision a row tells of. */
export const recordedDecision = (row: DecisionRow): RecordedDecision => ({
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
  request: row.request,
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
  at: row.at,
  recordedAt: row.recorded_at,
});
