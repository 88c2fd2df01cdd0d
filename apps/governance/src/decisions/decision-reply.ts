import type { DecisionEffect } from '@agion/wire';
import { DECISIONS } from '@agion/wire';
import type { Judgement } from './decision.js';

/** A reply as it stands on the wire (contract, section 4). */
export type ReplyFields = Record<string, string>;

/** Policies an answer names; the ledger has all of them. */
const MOST_POLICIES = 100;

/** The answer to a request. @param traceparent of the trace it belongs to */
export function replyFields(
  correlationId: string,
  decisionId: string,
  judgement: Judgement,
  traceparent?: string,
): ReplyFields {
  const { decision, reason, policyRevision, matched, obligations, trustScore, shadowDecision, evalUs } = judgement;
  const fields: ReplyFields = {
    correlation_id: correlationId,
    decision_id: decisionId,
    decision,
    allowed: decision === 'allow' ? 'true' : 'false',
    reason,
    policy_revision: String(policyRevision ?? 0),
  };
  if (matched.length > 0) fields.policies = JSON.stringify(matched.slice(0, MOST_POLICIES));
  if (obligations.length > 0) fields.obligations = JSON.stringify(obligations);
  if (trustScore !== null) fields.trust_score = String(trustScore);
  if (shadowDecision !== null) fields.shadow_decision = shadowDecision;
  if (evalUs !== null) fields.eval_us = String(evalUs);
  if (policyRevision === null) fields.error = 'unavailable';
  if (traceparent !== undefined) fields.traceparent = traceparent;
  return fields;
}

/**
 * What an answer of an earlier life of this process said: it crashed before the decision was in the ledger. What only the ledger
 * would have had is missing. Null when it is not an answer of ours.
 */
export function judgementIn(fields: ReplyFields): Judgement | null {
  try {
    const matched = fields.policies === undefined ? [] : (JSON.parse(fields.policies) as Judgement['matched']);
    const [winner] = matched;
    if (!DECISIONS.some((decision) => decision === fields.decision)) return null;
    return {
      decision: fields.decision as DecisionEffect,
      matched,
      winner: winner ? { policy: winner.policy, version: winner.version } : null,
      reason: fields.reason ?? '',
      failingTerms: [],
      obligations: fields.obligations === undefined ? [] : (JSON.parse(fields.obligations) as unknown[]),
      errors: [],
      shadowDecision: (fields.shadow_decision as DecisionEffect | undefined) ?? null,
      shadowMatched: [],
      policyRevision: fields.error === undefined ? Number(fields.policy_revision) : null,
      trustScore: fields.trust_score === undefined ? null : Number(fields.trust_score),
      evalUs: fields.eval_us === undefined ? null : Number(fields.eval_us),
      request: null,
      fingerprint: null,
    };
  } catch {
    return null;
  }
}
