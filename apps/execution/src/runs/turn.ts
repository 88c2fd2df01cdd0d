import { RUN_FAILURES, type RunEvent } from '@agion/wire';

/** Characters of an answer; its last event must fit into one entry of the feed. */
export const MAX_ANSWER_CHARACTERS = 200_000;

export interface Failure {
  readonly code: string;
  readonly message: string;
}

/** One turn of a conversation, as far as it has come. */
export interface Turn {
  readonly runId: string;
  readonly threadId: string;
  readonly messageId: string;
  readonly phase: 'waiting' | 'working' | 'over';
  readonly text: string;
  readonly failure: Failure | null;
}

/** What happens to a turn. */
export type TurnInput =
  | { readonly kind: 'begin' }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'end' }
  | { readonly kind: 'fail'; readonly failure: Failure };

/** The turn afterwards and what its followers are told. */
export interface TurnStep {
  readonly turn: Turn;
  readonly events: readonly RunEvent[];
}

export const newTurn = (ids: Pick<Turn, 'runId' | 'threadId' | 'messageId'>): Turn => ({
  ...ids,
  phase: 'waiting',
  text: '',
  failure: null,
});

/**
 * The rules of a turn: it begins once, speaks in one message, and ends once. An answer that grows beyond its bound fails the turn;
 * nothing happens to a turn that is over. Pure: the runner does what the events say.
 */
export function advance(turn: Turn, input: TurnInput): TurnStep {
  if (turn.phase === 'over') return { turn, events: [] };
  switch (input.kind) {
    case 'begin':
      return turn.phase === 'waiting' ? begin(turn) : { turn, events: [] };
    case 'text':
      return speak(turn, input.text);
    case 'end':
      return end(turn);
    case 'fail':
      return fail(turn, input.failure);
  }
}

function begin(turn: Turn): TurnStep {
  const { runId, threadId } = turn;
  return {
    turn: { ...turn, phase: 'working' },
    events: [{ kind: 'run.started', run_id: runId, thread_id: threadId }],
  };
}

function speak(turn: Turn, piece: string): TurnStep {
  const delta = piece.replaceAll('\0', ''); // Postgres keeps no NUL
  if (delta === '') return { turn, events: [] };
  const text = turn.text + delta;
  if (text.length > MAX_ANSWER_CHARACTERS)
    return fail(turn, { code: RUN_FAILURES.answerTooLong, message: 'the answer is longer than a run may give' });
  const message_id = turn.messageId;
  const events: RunEvent[] = turn.text === '' ? [{ kind: 'text.started', message_id }] : [];
  return { turn: { ...turn, text }, events: [...events, { kind: 'text.delta', message_id, delta }] };
}

/** An empty answer is an answer: it has a message of its own, so that no reader waits for one. */
function end(turn: Turn): TurnStep {
  const { runId: run_id, threadId: thread_id, messageId: message_id, text } = turn;
  const opening: RunEvent[] = text === '' ? [{ kind: 'text.started', message_id }] : [];
  return {
    turn: { ...turn, phase: 'over' },
    events: [...opening, { kind: 'text.ended', message_id, text }, { kind: 'run.finished', run_id, thread_id }],
  };
}

const fail = (turn: Turn, failure: Failure): TurnStep => ({
  turn: { ...turn, phase: 'over', failure },
  events: [{ kind: 'run.failed', ...failure }],
});
