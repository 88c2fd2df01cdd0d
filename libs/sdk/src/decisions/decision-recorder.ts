import type { EntryFields } from '@agion/messaging';
import { redact } from '@agion/policy-engine';
import { STREAMS } from '@agion/wire';
import type { OutgoingEntry } from '../events/event-outlet.js';
import type { AddressedQuestion } from '../governance/remote-check.js';
import type { DecisionLog } from '../options.js';
import type { Decision } from './decision.js';
import { redactedContext } from './redaction.js';

/** Takes entries in without waiting: an `EventBuffer`. */
export interface EntrySink {
  /** @returns false when it was dropped */
  add(entry: OutgoingEntry, options?: { urgent?: boolean }): boolean;
}

export interface DecisionRecorderOptions {
  readonly sink: EntrySink;
  readonly log: DecisionLog;
  readonly random?: () => number;
}

/** What has become of the decisions made here. */
export interface RecordCounts {
  /** Handed on to be sent. */
  readonly recorded: number;
  /** Left out, because the decision log leaves them out. */
  readonly leftOut: number;
  /** Dropped, because too many wait to be sent. */
  readonly dropped: number;
}

/**
 * Reports decisions made in memory to the ledger: denials at once, allows together with others. A process that is killed loses the
 * allows since the last flush, and no more.
 */
export class DecisionRecorder {
  private readonly share: number;
  private readonly random: () => number;
  private recorded = 0;
  private leftOut = 0;
  private dropped = 0;

  constructor(private readonly options: DecisionRecorderOptions) {
    this.share = shareOf(options.log);
    this.random = options.random ?? Math.random;
  }

  get counts(): RecordCounts {
    return { recorded: this.recorded, leftOut: this.leftOut, dropped: this.dropped };
  }

  /**
   * Never throws, never waits. A denial for want of a decision is nobody's word, and in no ledger, but for one because policies are
   * stale: that the agent could not act has to be seen.
   */
  record(question: AddressedQuestion, decision: Decision, at: number): void {
    if (decision.unavailable && !decision.stale) return;
    if (decision.allowed && this.share < 1 && this.random() >= this.share) {
      this.leftOut += 1;
      return;
    }
    const entry = { stream: STREAMS.decisions, fields: decisionFields(question, decision, at) };
    if (this.options.sink.add(entry, { urgent: !decision.allowed })) this.recorded += 1;
    else this.dropped += 1;
  }
}

/** The part of allows that are reported; denials always are. */
function shareOf(log: DecisionLog): number {
  if (log === 'all') return 1;
  return log === 'denied' ? 0 : Number(log.slice('sample:'.length));
}

const MOST_POLICIES = 100;
const MOST_REASON = 2_000;

/** An entry of `agion:events:decisions` (wire contract, section 4). */
function decisionFields(question: AddressedQuestion, decision: Decision, at: number): EntryFields {
  const { resource, missionId, sessionId, userId } = question;
  const [winner] = decision.policies;
  const fields: EntryFields = {
    decision_id: decision.decisionId,
    agent_id: question.agentId,
    action: question.action,
    decision: decision.decision,
    policy_revision: String(decision.policyRevision),
    at: new Date(at).toISOString(),
    reason: decision.reason.slice(0, MOST_REASON),
  };
  if (winner) {
    fields.winner = JSON.stringify({ policy: winner.policy, version: winner.version });
    fields.policies = JSON.stringify(decision.policies.slice(0, MOST_POLICIES));
  }
  const { obligations, shadowDecision, shadowPolicies } = decision;
  if (obligations.length > 0) fields.obligations = JSON.stringify(obligations);
  if (shadowDecision !== undefined) fields.shadow_decision = shadowDecision;
  if (shadowPolicies) fields.shadow_policies = JSON.stringify(shadowPolicies.slice(0, MOST_POLICIES));
  const context = redactedContext(redact(question.context, obligations, 'context'));
  if (context !== undefined) fields.context = context;
  if (resource !== undefined) fields.resource = resource;
  if (missionId !== undefined) fields.mission_id = missionId;
  if (sessionId !== undefined) fields.session_id = sessionId;
  if (userId !== undefined) fields.user_id = userId;
  if (question.phase !== undefined) fields.phase = question.phase;
  if (decision.unavailable) fields.error = 'unavailable';
  if (decision.trustScore !== undefined) fields.trust_score = decimal(decision.trustScore);
  if (decision.evalMicros !== undefined) fields.eval_us = decimal(decision.evalMicros);
  return fields;
}

/** Without an exponent, and not longer than anybody needs. */
const decimal = (value: number): string => String(Number(value.toFixed(6)));
