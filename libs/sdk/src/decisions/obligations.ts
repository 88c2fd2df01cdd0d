import type { Logger } from '@agion/messaging';
import { type Obligation, redact, redactedPaths } from '@agion/policy-engine';
import type { Decision } from './decision.js';

/** Who acts, for the lines that are logged. */
export interface Actor {
  readonly agentId: string;
  readonly action: string;
}

/** Why obligations cannot be kept here; null when they can. */
export type Obstacle = string | null;

/**
 * The decision that is left to obey once its lines are logged: itself, or a denial because that could not be done.
 * @param obstacle found by whoever acts
 */
export function keptDecision(
  decision: Decision,
  { agentId, action }: Actor,
  logger: Logger,
  obstacle: Obstacle,
): Decision {
  try {
    for (const obligation of decision.obligations) {
      if (obligation.type !== 'log') continue;
      const { decisionId: decision_id, decision: effect, reason, policies } = decision;
      const fields = { agent: agentId, action, decision_id, decision: effect, reason, policies: policies.map(nameOf) };
      logger[obligation.level ?? 'info'](
        { ...fields, ...(obligation.message !== undefined && { obligation: obligation.message }) },
        'a policy asks for this line',
      );
    }
  } catch {
    return unkept(decision, 'the line that a policy asks for cannot be logged');
  }
  return obstacle === null ? decision : unkept(decision, obstacle);
}

const nameOf = ({ policy, version }: Decision['policies'][number]): string => `${policy} ${version}`;

/** What has been denied stays as it is. */
const unkept = (decision: Decision, why: string): Decision =>
  decision.allowed
    ? { ...decision, decision: 'deny', allowed: false, reason: `its obligations cannot be kept: ${why}` }
    : decision;

/** Why a checkpoint that sees no arguments cannot keep these. */
export const obstacleWithoutArguments = (obligations: readonly Obligation[]): Obstacle =>
  redactedPaths(obligations, 'arguments').length > 0
    ? 'what is redacted are arguments, which nobody here can see'
    : null;

/** A call's arguments after redaction. */
export interface RedactedCall<Given> {
  readonly given: Given;
  readonly obstacle: Obstacle;
}

/**
 * What a call gets in place of its arguments: a copy of the first one, where the policies saw that.
 * @param seen `arguments` of the question
 */
export function redactedCall<Given extends readonly unknown[]>(
  given: Given,
  seen: unknown,
  obligations: readonly Obligation[],
): RedactedCall<Given> {
  const paths = redactedPaths(obligations, 'arguments');
  if (paths.length === 0 || given.length === 0) return { given, obstacle: null };
  const [first, ...others] = given as readonly unknown[];
  if (seen !== first) return { given, obstacle: 'the policies saw other arguments than the call has' };
  if (!paths.every((names) => isOpen(first, names)))
    return { given, obstacle: 'what is redacted is in an object that cannot be copied' };
  const redacted: unknown = redact(first as Record<string, unknown>, obligations, 'arguments');
  return { given: [redacted, ...others] as unknown as Given, obstacle: null };
}

/** Whether a value can be copied along a path: plain objects and lists, which JSON writes as they are. */
function isOpen(value: unknown, [name, ...rest]: readonly string[]): boolean {
  if (name === undefined || typeof value !== 'object' || value === null) return typeof value !== 'function';
  if (Array.isArray(value)) return value.every((element) => isOpen(element, [name, ...rest]));
  const prototype: unknown = Object.getPrototypeOf(value);
  if ((prototype !== Object.prototype && prototype !== null) || 'toJSON' in value) return false;
  return !Object.hasOwn(value, name) || isOpen((value as Record<string, unknown>)[name], rest);
}

/** Shorter ones are in too many words by chance. */
const LEAST_CHARACTERS = 3;

/** The texts and numbers that obligations redact in a question, for whatever is written about it later. */
export function redactedValues(
  { context, arguments: given }: { context?: Record<string, unknown>; arguments?: Record<string, unknown> },
  obligations: readonly Obligation[],
): string[] {
  if (obligations.length === 0) return [];
  const values = new Set<string>();
  const keep = (value: unknown): void => {
    if (typeof value === 'object' && value !== null) for (const member of Object.values(value)) keep(member);
    else if ((typeof value === 'string' || typeof value === 'number') && String(value).length >= LEAST_CHARACTERS)
      values.add(String(value));
  };
  redact(context, obligations, 'context', keep);
  redact(given, obligations, 'arguments', keep);
  return [...values].sort((a, b) => b.length - a.length);
}
