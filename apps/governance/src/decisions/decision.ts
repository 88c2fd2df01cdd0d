import type { ReportStatus } from '@agion/dto';
import type { MatchedPolicy, PolicyError, PolicyReference, PolicyRequest } from '@agion/policy-engine';
import type { DecisionEffect, DecisionPhase, DecisionSource } from '@agion/wire';

/** What an agent wants to know. */
export interface Question {
  agentId: string;
  action: string;
  resource: string | null;
  context: Record<string, unknown>;
  arguments: Record<string, unknown>;
  correlationId: string | null;
  missionId: string | null;
  sessionId: string | null;
  /** As the agent claims. */
  userId: string | null;
  /** Which of a call's three checkpoints this is, as the agent claims. */
  phase: DecisionPhase | null;
}

/** What it is told. */
export interface Judgement {
  decision: DecisionEffect;
  /** The winner first. */
  matched: readonly MatchedPolicy[];
  winner: PolicyReference | null;
  reason: string;
  failingTerms: readonly string[];
  obligations: readonly unknown[];
  errors: readonly PolicyError[];
  shadowDecision: DecisionEffect | null;
  /** Shadow policies that match. */
  shadowMatched: readonly MatchedPolicy[];
  /** Null when nobody could be asked. */
  policyRevision: number | null;
  /** 0 to 1; null when it is not known. */
  trustScore: number | null;
  /** Microseconds; null when the engine was not asked. */
  evalUs: number | null;
  /** What the engine was given; null when it was not asked. */
  request: PolicyRequest | null;
  /** Digest of the build the agent registered with; null when no such agent is known. Evidence is filed under it. */
  fingerprint: string | null;
}

/** The engine's input as it is kept: without what does not fit, and with the checkpoint it was asked at. */
export type KeptRequest = Omit<PolicyRequest, 'at'> & { truncated?: true; phase?: DecisionPhase };

/** A row of the ledger. */
export interface Decision extends Omit<Judgement, 'request' | 'fingerprint' | 'shadowMatched'> {
  organizationId: string;
  decisionId: string;
  agentId: string;
  action: string;
  resource: string | null;
  request: KeptRequest | null;
  source: DecisionSource;
  /** False: read after its deadline, and not evaluated. */
  answered: boolean;
  correlationId: string | null;
  /** The stream the answer went to. */
  replyTo: string | null;
  missionId: string | null;
  sessionId: string | null;
  userId: string | null;
  executionId: string | null;
  at: Date;
}

/** A decision on its way into the ledger. */
export type NewDecision = Decision & Pick<Judgement, 'fingerprint' | 'shadowMatched'>;

/**
 * Whether what was asked is at hand: not any more after fourteen days, not readable without the key it was encrypted with, and never
 * there when no policy was asked.
 */
export type InputsState = 'kept' | 'gone' | 'unreadable' | 'none';

/** What became of an allowed action, as its last report says; `none` when there is no report. */
export type DecisionOutcome = ReportStatus | 'none';

/** A row as it was read. */
export interface RecordedDecision extends Decision {
  phase: DecisionPhase | null;
  inputs: InputsState;
  outcome: DecisionOutcome;
  recordedAt: Date;
}

/** Whether somebody said no, rather than nobody being there to say anything. */
export const isDenial = ({ decision, answered, policyRevision }: Decision): boolean =>
  decision !== 'allow' && answered && policyRevision !== null;
