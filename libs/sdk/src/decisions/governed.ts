import type { Logger } from '@agion/messaging';
import { REDACTED_MARK } from '@agion/policy-engine';
import { withoutSecrets } from '@agion/wire';
import type { ExecutionReport, ExecutionStatus } from '../events/events.js';
import { PolicyViolationError } from '../errors.js';
import type { Clock } from '../clock.js';
import type { Decision, PermissionQuestion } from './decision.js';
import { keptDecision, redactedCall, redactedValues } from './obligations.js';

/** What of a call its policies get to see, and how it is reported. */
export interface GovernedOptions<Arguments extends readonly unknown[]> {
  /** `context` in conditions. */
  context?: (...given: Arguments) => Record<string, unknown>;
  /** `arguments` in conditions; unless told, the first argument when it is a plain object. */
  arguments?: (...given: Arguments) => Record<string, unknown>;
  /** What the call acts on, by name. */
  resource?: string | ((...given: Arguments) => string | undefined);
  missionId?: string;
  sessionId?: string;
  /** Whether its end is reported to the platform. @default true */
  report?: boolean;
}

/** What a governed call needs of the SDK. */
export interface GovernedBy {
  check(question: PermissionQuestion): Promise<Decision>;
  /** Must not throw. */
  report(report: ExecutionReport): void;
  readonly clock: Clock;
  /** Gets the lines that obligations ask for. */
  readonly logger: Logger;
}

/** A function that is run when the policies allow it. */
export type GovernedCall<Call extends (...given: never[]) => unknown> = (
  this: ThisParameterType<Call>,
  ...given: Parameters<Call>
) => Promise<Awaited<ReturnType<Call>>>;

/**
 * Makes a function ask before it runs, keep the obligations of the answer, and report how it ended.
 * @throws PolicyViolationError by the function returned: the policies do not allow it, nobody could say, or an obligation cannot be kept
 */
export function govern<This, Arguments extends unknown[], Result>(
  by: GovernedBy,
  agentId: string,
  action: string,
  call: (this: This, ...given: Arguments) => Result,
  options: GovernedOptions<Arguments> = {},
): (this: This, ...given: Arguments) => Promise<Awaited<Result>> {
  return async function governed(this: This, ...given: Arguments): Promise<Awaited<Result>> {
    const question = questionOf(agentId, action, given, options);
    const asked = await by.check(question);
    const redacted = redactedCall(given, question.arguments, asked.obligations);
    const decision = keptDecision(asked, { agentId, action }, by.logger, redacted.obstacle);
    if (!decision.allowed) throw new PolicyViolationError(agentId, action, decision);
    if (options.report === false) return await call.apply(this, redacted.given);
    const secrets = redactedValues(question, decision.obligations);
    const startedAt = by.clock.monotonic();
    const ended = (status: ExecutionStatus, error?: unknown): void =>
      by.report({
        agentId,
        action,
        status,
        decisionId: decision.decisionId,
        durationMs: Math.round((by.clock.monotonic() - startedAt) * 1_000) / 1_000,
        ...(options.missionId !== undefined && { missionId: options.missionId }),
        ...(error !== undefined && { error: textOf(error, secrets) }),
      });
    try {
      const result = await call.apply(this, redacted.given);
      ended('succeeded');
      return result;
    } catch (error) {
      ended(statusOf(error), error);
      throw error;
    }
  };
}

function questionOf<Arguments extends unknown[]>(
  agentId: string,
  action: string,
  given: Arguments,
  { context, arguments: of, resource, missionId, sessionId }: GovernedOptions<Arguments>,
): PermissionQuestion {
  const question: PermissionQuestion = { agentId, action, phase: 'permission' };
  const [first] = given as unknown[];
  if (of) question.arguments = of(...given);
  else if (isPlainObject(first)) question.arguments = first;
  if (context) question.context = context(...given);
  const acted = typeof resource === 'function' ? resource(...given) : resource;
  if (acted !== undefined) question.resource = acted;
  if (missionId !== undefined) question.missionId = missionId;
  if (sessionId !== undefined) question.sessionId = sessionId;
  return question;
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** How a call ended that threw, by the names the web gives such errors. */
function statusOf(error: unknown): ExecutionStatus {
  const name = legible(() => (error instanceof Error ? error.name : ''));
  if (name === 'AbortError') return 'cancelled';
  return name === 'TimeoutError' ? 'timed_out' : 'failed';
}

const MOST_ERROR = 2_000;

/** Reads what was thrown. That may throw in turn, and must not take the place of what the call itself came to. */
function legible(read: () => string): string {
  try {
    return read();
  } catch {
    return 'something that cannot be read was thrown';
  }
}

/** Storable text without secrets, and without what was redacted, whatever was thrown. */
function textOf(error: unknown, redacted: readonly string[]): string {
  const thrown = legible(() => (error instanceof Error ? `${error.name}: ${error.message}` : String(error)));
  const text = redacted.reduce((left, value) => left.replaceAll(value, REDACTED_MARK), thrown);
  return withoutSecrets(text.slice(0, 4 * MOST_ERROR)) // a secret cut in two would not look like one
    .slice(0, MOST_ERROR)
    .replace(/[^\P{Cc}\t\n]/gu, ' ')
    .toWellFormed();
}
