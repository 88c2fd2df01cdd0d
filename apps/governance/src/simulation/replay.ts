import {
  evaluate,
  type PolicyDecision,
  type PolicyEffect,
  type PolicyRequest,
  type PolicySet,
} from '@agion/policy-engine';
import type { RecordedDecision } from '../decisions/decision.js';
import { type Drafts, withheldFrom } from './withheld.js';

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
  drafts: Drafts;
  /** Of the platform: `env.mode` where it is not recorded. */
  mode: string;
}

/** Decides a recorded request again. A function of its arguments alone. */
export function replay(decision: RecordedDecision, { drafted, today, drafts, mode }: ReplayedBy): Replayed {
  if (!decision.answered || decision.policyRevision === null) return { kind: 'not_by_policy' };
  if (decision.inputs === 'gone') return { kind: 'undecidable', because: 'inputs_gone', detail: null };
  if (decision.inputs === 'unreadable') return { kind: 'undecidable', because: 'inputs_unreadable', detail: null };
  const request = requestOf(decision, mode);
  if (request === null) return { kind: 'not_by_policy' };
  const would = evaluate(drafted, request);
  const isSame = would.decision === decision.decision;
  const withheld = withheldFrom(request, decision.request?.truncated ?? false);
  if (would.allowed || !isDeniedBy(would, drafts.unaffected(withheld))) {
    const [error] = would.errors.filter((one) => !decision.errors.some(({ policy }) => policy === one.policy));
    if (error)
      return {
        kind: 'undecidable',
        because: withheld?.because === 'inputs_truncated' ? withheld.because : 'attribute_missing',
        detail: `\`${error.policy}\`: ${error.detail}`,
      };
    if (withheld && (!isSame || drafts.lookAt(request, withheld) || wasDeniedBy(decision, drafts)))
      return { kind: 'undecidable', because: withheld.because, detail: null };
  }
  if (isSame) return { kind: 'unchanged' };
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

/** Without the policy that denied it then, all others count: also those that look at what is withheld. */
const wasDeniedBy = ({ decision, winner }: RecordedDecision, drafts: Drafts): boolean =>
  decision === 'deny' && winner !== null && drafts.has(winner.policy);

/** Whether some policies deny, and not for want of an attribute: then nothing else matters. */
const isDeniedBy = ({ matched, errors }: PolicyDecision, policies: ReadonlySet<string>): boolean =>
  matched.some(
    ({ policy, effect }) => effect === 'deny' && policies.has(policy) && !errors.some((one) => one.policy === policy),
  );
