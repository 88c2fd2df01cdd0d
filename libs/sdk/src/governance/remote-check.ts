import type { Decision, DecidedBy, PermissionQuestion } from '../decisions/decision.js';
import { newEventId } from '../events/event-id.js';
import { faultsIn, isAgent, isFacts, isOneOf, isText, isWhole, type Rules } from '../input/field-rules.js';
import { InvalidInputError } from '../input/input.errors.js';
import { DECISION_PHASES } from '@agion/wire';

/** A question whose agent is named completely. */
export type AddressedQuestion = PermissionQuestion & { agentId: string };

/** Asks the platform for a decision. */
export interface RemoteCheck {
  /**
   * The platform's answer. `traceparent`: the trace the question belongs to; one of its own unless told. When there is none in time, a denial with `unavailable` whose reason says so.
   * @throws InvalidInputError for a question the platform would refuse
   */
  check(question: AddressedQuestion, traceparent?: string): Promise<Decision>;
  close(): Promise<void>;
}

/** Milliseconds a question waits for its answer unless it says otherwise. */
export const CHECK_TIMEOUT_MS = 5_000;

const NAME = 200;
const OBJECT_BYTES = 256 * 1024;

const QUESTION: Rules<PermissionQuestion> = {
  agentId: { rule: isAgent, required: true },
  action: { rule: isText(NAME), required: true },
  context: { rule: isFacts(OBJECT_BYTES) },
  arguments: { rule: isFacts(OBJECT_BYTES) },
  resource: { rule: isText(1_000) },
  userId: { rule: isText(NAME) },
  missionId: { rule: isText(NAME) },
  sessionId: { rule: isText(NAME) },
  phase: { rule: isOneOf(DECISION_PHASES) },
  timeoutMs: { rule: isWhole(1, 9_999_999) },
};

/** @throws InvalidInputError for a question the platform would refuse: over a stream it would get no answer at all */
export function refuseInvalid(question: AddressedQuestion): void {
  const faults = faultsIn(question, QUESTION);
  if (faults.length > 0) throw new InvalidInputError(faults);
}

/** What a question asks, by the names of the wire. */
export const questionFields = (question: AddressedQuestion): Record<string, unknown> => ({
  agent_id: question.agentId,
  action: question.action,
  context: question.context,
  arguments: question.arguments,
  resource: question.resource,
  user_id: question.userId,
  mission_id: question.missionId,
  session_id: question.sessionId,
  phase: question.phase,
});

/** A denial for want of an answer. It is in no ledger. */
export const unavailable = (decidedBy: DecidedBy, reason: string): Decision => ({
  decisionId: newEventId(),
  decision: 'deny',
  allowed: false,
  reason,
  policyRevision: 0,
  policies: [],
  obligations: [],
  decidedBy,
  unavailable: true,
});
