import { describe, expect, it } from '@jest/globals';
import { endsRun, type RunEvent } from '@agion/wire';
import fc from 'fast-check';
import { advance, MAX_ANSWER_CHARACTERS, newTurn, type Turn, type TurnInput } from './turn.js';

const IDS = { runId: 'run-1', threadId: 'thread-1', messageId: 'message-1' };

function play(inputs: TurnInput[]): { turn: Turn; events: RunEvent[] } {
  let turn = newTurn(IDS);
  const events: RunEvent[] = [];
  for (const input of inputs) {
    const step = advance(turn, input);
    turn = step.turn;
    events.push(...step.events);
  }
  return { turn, events };
}

const text = (piece: string): TurnInput => ({ kind: 'text', text: piece });
const FAIL: TurnInput = { kind: 'fail', failure: { code: 'LLM_FAILED', message: 'no answer' } };

describe('a turn', () => {
  it('speaks in one message that ends with the whole answer', () => {
    const { turn, events } = play([{ kind: 'begin' }, text('Hello'), text(' world'), { kind: 'end' }]);
    expect(events).toEqual([
      { kind: 'run.started', run_id: 'run-1', thread_id: 'thread-1' },
      { kind: 'text.started', message_id: 'message-1' },
      { kind: 'text.delta', message_id: 'message-1', delta: 'Hello' },
      { kind: 'text.delta', message_id: 'message-1', delta: ' world' },
      { kind: 'text.ended', message_id: 'message-1', text: 'Hello world' },
      { kind: 'run.finished', run_id: 'run-1', thread_id: 'thread-1' },
    ]);
    expect(turn).toMatchObject({ phase: 'over', text: 'Hello world', failure: null });
  });

  it('has a message even when the answer is empty', () => {
    const { events } = play([{ kind: 'begin' }, { kind: 'end' }]);
    expect(events.map(({ kind }) => kind)).toEqual(['run.started', 'text.started', 'text.ended', 'run.finished']);
  });

  it('ends with the failure, wherever it fails', () => {
    expect(play([FAIL]).events).toEqual([{ kind: 'run.failed', code: 'LLM_FAILED', message: 'no answer' }]);
    expect(play([{ kind: 'begin' }, text('half'), FAIL]).events.at(-1)).toMatchObject({ kind: 'run.failed' });
  });

  it('fails an answer beyond its bound instead of cutting it silently', () => {
    const { turn, events } = play([{ kind: 'begin' }, text('x'.repeat(MAX_ANSWER_CHARACTERS)), text('y')]);
    expect(events.at(-1)).toMatchObject({ kind: 'run.failed', code: 'ANSWER_TOO_LONG' });
    expect(turn.failure?.code).toBe('ANSWER_TOO_LONG');
  });

  it('drops what Postgres cannot keep', () => {
    expect(play([{ kind: 'begin' }, text('a\0b')]).turn.text).toBe('ab');
  });

  it('tells nothing after its end and never two ends, whatever happens to it', () => {
    const input = fc.oneof(
      fc.constant<TurnInput>({ kind: 'begin' }),
      fc.constant<TurnInput>({ kind: 'end' }),
      fc.constant(FAIL),
      fc.string().map(text),
    );
    fc.assert(
      fc.property(fc.array(input), (inputs) => {
        const { events } = play(inputs);
        const end = events.findIndex(endsRun);
        expect(end === -1 || end === events.length - 1).toBe(true);
        const spoken = events.map((event) => (event.kind === 'text.delta' ? event.delta : '')).join('');
        const ended = events.find((event) => event.kind === 'text.ended');
        expect(ended?.text ?? spoken).toBe(spoken);
      }),
    );
  });
});
