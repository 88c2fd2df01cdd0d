import { evaluate, type PolicyEffect, type PolicyRequest, type PolicySet, REDACTED_MARK } from '@agion/policy-engine';
import type { RecordedDecision } from '../decisions/decision.js';

/** Why it cannot be told what would have been decided. */
export const UNDECIDABLE_REASONS = [
  'inputs_gone',
  'inputs_unreadable',
  'inputs_truncated',
  'inputs_redacted',
  'attribute_missing',
] as const;
export type UndecidableReason = (typeof UNDECIDABLE_REASONS)[number];

/** What drafts would have made of a recorded decision. */
export type Replayed =
  | { kind: 'unchanged' }
  | {
      kind: 'changed';
      to: PolicyEffect;
      reason: string;
      winner: { policy: string; version: number } | null;
      /** What the policies in force now make of it, without the drafts. */
      today: PolicyEffect;
    }
  | { kind: 'undecidable'; because: UndecidableReason; detail: string | null }
  /** No policy was asked then: an unknown agent, a stopped organization, a late request. */
  | { kind: 'not_by_policy' };

export interface ReplayedBy {
  /** With the drafts in force. */
  drafted: PolicySet;
  /** What is in force now. */
  today: PolicySet;
  /** Of the platform: `env.mode` where it is not recorded. */
  mode: string;
}

/** Decides a recorded request again. A function of its arguments alone. */
export function replay(decision: RecordedDecision, { drafted, today, mode }: ReplayedBy): Replayed {
  if (!decision.answered || decision.policyRevision === null) return { kind: 'not_by_policy' };
  if (decision.inputs === 'gone') return { kind: 'undecidable', because: 'inputs_gone', detail: null };
  if (decision.inputs === 'unreadable') return { kind: 'undecidable', because: 'inputs_unreadable', detail: null };
  const request = requestOf(decision, mode);
  if (request === null) return { kind: 'not_by_policy' };
  const would = evaluate(drafted, request);
  const truncated = decision.request?.truncated ?? false;
  const [error] = would.errors.filter((one) => !decision.errors.some(({ policy }) => policy === one.policy));
  if (error)
    return {
      kind: 'undecidable',
      because: truncated ? 'inputs_truncated' : 'attribute_missing',
      detail: `\`${error.policy}\`: ${error.detail}`,
    };
  if (would.decision === decision.decision) return { kind: 'unchanged' };
  if (truncated) return { kind: 'undecidable', because: 'inputs_truncated', detail: null };
  if (isRedacted(request)) return { kind: 'undecidable', because: 'inputs_redacted', detail: null };
  const { decision: to, reason, winner } = would;
  return { kind: 'changed', to, reason, winner, today: evaluate(today, request).decision };
}

/** What an SDK knew of its agent is not recorded, but for the trust it had. */
function requestOf({ request, at, source, trustScore }: RecordedDecision, mode: string): PolicyRequest | null {
  if (request === null) return null;
  const { truncated: _, phase: __, ...kept } = request;
  const whole = { ...kept, at: at.getTime() };
  if (source !== 'local') return whole;
  return {
    ...whole,
    agent: { ...kept.agent, ...(trustScore !== null && { trust: trustScore }) },
    env: { mode },
  };
}

const isRedacted = ({ context, arguments: given }: PolicyRequest): boolean => {
  const text = JSON.stringify([context, given]);
  return text.includes(REDACTED_MARK) || text.includes('[redacted');
};
