import type { EntryFields } from '@agion/messaging';
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
  return {
    decisionId,
    decision,
    allowed: decision === 'allow',
    reason,
    policyRevision: numberIn(fields.policy_revision) ?? 0,
    policies: policiesIn(fields.policies),
    decidedBy: 'bus',
    ...optional('trustScore', numberIn(fields.trust_score)),
    ...optional('evalMicros', numberIn(fields.eval_us)),
    ...(error !== undefined && { unavailable: true as const }),
  };
}

/** The decision an answer over HTTP stands for. What cannot be read is a denial. */
export function decisionOfAnswer(answer: Wire<'DecisionOutcomeDto'> | undefined): Decision {
  const { decision, allowed, decision_id: decisionId } = answer ?? {};
  if (!answer || !isDecision(decision) || allowed !== (decision === 'allow') || typeof decisionId !== 'string')
    return unavailable('http', 'the platform answered with something that is no decision');
  return {
    decisionId,
    decision,
    allowed: decision === 'allow',
    reason: answer.reason,
    policyRevision: answer.policy_revision ?? 0,
    policies: answer.matched,
    decidedBy: 'http',
    ...optional('trustScore', answer.trust_score ?? undefined),
    ...optional('evalMicros', answer.eval_us ?? undefined),
    ...(answer.policy_revision === null && { unavailable: true as const }),
  };
}

function numberIn(text: string | undefined): number | undefined {
  const number = Number(text);
  return text === undefined || !Number.isFinite(number) ? undefined : number;
}

function policiesIn(text: string | undefined): DecidingPolicy[] {
  try {
    const list: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(list) ? (list as DecidingPolicy[]) : [];
  } catch {
    return [];
  }
}

const optional = <Name extends 'trustScore' | 'evalMicros'>(
  name: Name,
  value: number | undefined,
): Partial<Decision> => (value === undefined ? {} : { [name]: value });
