import type { EntryFields } from '@agion/messaging';
import { isKnownObligation } from '@agion/policy-engine';
import { DECISIONS } from '@agion/wire';
import type { DecidingPolicy, Decision } from '../decisions/decision.js';
import type { Wire } from '../http/wire.js';
import { unavailable } from './remote-check.js';

const isDecision = (text: unknown): text is Decision['decision'] => DECISIONS.some((decision) => decision === text);

/** The decision an answer on the stream stands for. What cannot be read is a denial. */
export function decisionOfReply(fields: EntryFields): Decision {
  const { decision_id: decisionId, decision, allowed, reason = '', error } = fields;
  const clear = isDecision(decision) && allowed === String(decision === 'allow') && decisionId !== undefined;
  if (!clear) return unavailable('bus', 'the platform answered with something that is no decision');
  return keepable(listIn(fields.obligations), {
    decisionId,
    decision,
    allowed: decision === 'allow',
    reason,
    policyRevision: numberIn(fields.policy_revision) ?? 0,
    policies: (listIn(fields.policies) ?? []) as DecidingPolicy[],
    decidedBy: 'bus',
    ...(isDecision(fields.shadow_decision) && { shadowDecision: fields.shadow_decision }),
    ...optional('trustScore', numberIn(fields.trust_score)),
    ...optional('evalMicros', numberIn(fields.eval_us)),
    ...(error !== undefined && { unavailable: true as const }),
  });
}

/** The decision an answer over HTTP stands for. What cannot be read is a denial. */
export function decisionOfAnswer(answer: Wire<'DecisionOutcomeDto'> | undefined): Decision {
  const { decision, allowed, decision_id: decisionId } = answer ?? {};
  if (!answer || !isDecision(decision) || allowed !== (decision === 'allow') || typeof decisionId !== 'string')
    return unavailable('http', 'the platform answered with something that is no decision');
  return keepable(listOf(answer.obligations ?? []), {
    decisionId,
    decision,
    allowed: decision === 'allow',
    reason: answer.reason,
    policyRevision: answer.policy_revision ?? 0,
    policies: answer.matched,
    decidedBy: 'http',
    ...(isDecision(answer.shadow_decision) && { shadowDecision: answer.shadow_decision }),
    ...optional('trustScore', answer.trust_score ?? undefined),
    ...optional('evalMicros', answer.eval_us ?? undefined),
    ...(answer.policy_revision === null && { unavailable: true as const }),
  });
}

/** A decision with its obligations; a denial when there is one among them that nobody here knows how to keep. */
function keepable(obligations: readonly unknown[] | null, decision: Omit<Decision, 'obligations'>): Decision {
  const known = (obligations ?? []).filter(isKnownObligation);
  if (obligations !== null && known.length === obligations.length) return { ...decision, obligations: known };
  const reason = 'the decision has an obligation that this release of the SDK does not know';
  return { ...decision, decision: 'deny', allowed: false, reason, obligations: known };
}

function numberIn(text: string | undefined): number | undefined {
  const number = Number(text);
  return text === undefined || !Number.isFinite(number) ? undefined : number;
}

/** Null for what is no list. */
const listOf = (value: unknown): unknown[] | null => (Array.isArray(value) ? value : null);

/** Empty where there is none. */
function listIn(text: string | undefined): unknown[] | null {
  try {
    return listOf(JSON.parse(text ?? '[]'));
  } catch {
    return null;
  }
}

const optional = <Name extends 'trustScore' | 'evalMicros'>(
  name: Name,
  value: number | undefined,
): Partial<Decision> => (value === undefined ? {} : { [name]: value });
