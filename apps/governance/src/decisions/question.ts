import type { CheckDto, DecisionRequestEntryDto } from '@agion/dto';
import type { DecisionSource } from '@agion/wire';
import type { Judgement, NewDecision, Question } from './decision.js';
import { keptRequest, withoutRedacted } from './kept-request.js';

/** What a request asks, over whichever way it came. */
export const questionIn = (request: CheckDto | DecisionRequestEntryDto): Question => ({
  agentId: request.agent_id,
  action: request.action,
  resource: request.resource ?? null,
  context: request.context ?? {},
  arguments: request.arguments ?? {},
  correlationId: request.correlation_id ?? null,
  missionId: request.mission_id ?? null,
  sessionId: request.session_id ?? null,
  userId: request.user_id ?? null,
  phase: request.phase ?? null,
});

/** What is known of a decision beside question and judgement. */
export interface DecisionFrame {
  organizationId: string;
  decisionId: string;
  source: DecisionSource;
  answered: boolean;
  replyTo: string | null;
  at: Date;
}

/** What the ledger gets. */
export const newDecision = (frame: DecisionFrame, question: Question, judgement: Judgement): NewDecision => ({
  organizationId: frame.organizationId,
  decisionId: frame.decisionId,
  agentId: question.agentId,
  action: question.action,
  resource: question.resource,
  decision: judgement.decision,
  matched: judgement.matched,
  winner: judgement.winner,
  reason: judgement.reason,
  failingTerms: judgement.failingTerms,
  obligations: judgement.obligations,
  errors: judgement.errors,
  shadowDecision: judgement.shadowDecision,
  shadowMatched: judgement.shadowMatched,
  policyRevision: judgement.policyRevision,
  trustScore: judgement.trustScore,
  evalUs: judgement.evalUs,
  request: judgement.request && keptRequest(withoutRedacted(judgement.request, judgement.obligations), question.phase),
  fingerprint: judgement.fingerprint,
  source: frame.source,
  answered: frame.answered,
  correlationId: question.correlationId,
  replyTo: frame.replyTo,
  missionId: question.missionId,
  sessionId: question.sessionId,
  userId: question.userId,
  executionId: null,
  at: frame.at,
});
