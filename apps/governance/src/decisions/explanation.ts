import { explain, type PolicyExplanation, type PolicySet, REDACTED_MARK, remedyText } from '@agion/policy-engine';
import type { RecordedDecision } from './decision.js';

export interface DecisionExplanation {
  decision: RecordedDecision;
  candidates: PolicyExplanation['candidates'];
  toChange: PolicyExplanation['toChange'];
  /** Changes of the request with which it would have been allowed, in words. */
  remedies: string[];
  /** Why the explanation says less than it might, or something else than the decision; null when it is whole. */
  note: string | null;
}

/**
 * Explains a decision by evaluating the recorded request once more, with the policies of its revision.
 * @param set null when the policies of that time are not known any more
 */
export function explanationOf(decision: RecordedDecision, set: PolicySet | null): DecisionExplanation {
  const bare = (note: string): DecisionExplanation => ({ decision, candidates: [], toChange: [], remedies: [], note });
  const { request } = decision;
  if (!decision.answered) return bare('the request was read after its deadline, no policy was asked');
  if (decision.policyRevision === null) return bare('no policy could be asked');
  if (decision.inputs === 'gone')
    return bare(
      'context and arguments are kept for fourteen days: what was recorded with the decision is all there is',
    );
  if (decision.inputs === 'unreadable')
    return bare(
      'context and arguments are encrypted with a key that is not known here: see AGION_LEDGER_KEYS_PREVIOUS',
    );
  if (request === null) return bare('no policy was asked: the reason is the whole of it');
  if (set === null) return bare('the policies of that time are not known any more');
  const { truncated, phase: _, ...kept } = request;
  const explained = explain(set, { ...kept, at: decision.at.getTime() });
  const note = noteOf(decision, truncated ?? false, explained.decision.decision);
  const isWhole = note === null && !JSON.stringify([kept.context, kept.arguments]).includes(REDACTED_MARK);
  return {
    decision,
    candidates: explained.candidates,
    toChange: explained.toChange,
    remedies: isWhole ? explained.remedies.map(remedyText) : [],
    note,
  };
}

function noteOf({ source, decision }: RecordedDecision, truncated: boolean, again: string): string | null {
  if (source === 'local') return 'the SDK decided; what it knew of the agent is not recorded';
  if (truncated) return 'context and arguments were too large to be kept: conditions on them are explained without';
  return again === decision
    ? null
    : `asked again today it would be \`${again}\`: the default effect has changed since, or the record leaves something out, as it does with secrets and with what policies redact`;
}
