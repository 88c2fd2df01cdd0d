import type { RunDto } from '@agion/dto';
import { describe, expect, it } from '@jest/globals';
import { missedEnd } from './missed-end.js';

const RUN: RunDto = {
  run_id: 'run-1',
  thread_id: 'thread-1',
  status: 'succeeded',
  owner: 'user:ada',
  answer: 'It rains.',
  error: null,
  created_at: '2026-11-20T08:00:00.000Z',
  started_at: null,
  finished_at: null,
};
const kinds = (...args: Parameters<typeof missedEnd>): string[] => missedEnd(...args).map(({ kind }) => kind);

describe('the end a follower missed', () => {
  it('is the whole run for whoever has seen nothing', () => {
    expect(kinds(RUN, 'nothing')).toEqual(['run.started', 'text.started', 'text.delta', 'text.ended', 'run.finished']);
  });

  it('continues where the grammar allows it', () => {
    expect(kinds(RUN, { kind: 'run.started', run_id: 'run-1', thread_id: 'thread-1' })[0]).toBe('text.started');
    expect(kinds(RUN, { kind: 'text.ended', message_id: 'm', text: 'It rains.' })).toEqual(['run.finished']);
  });

  it('is an honest failure where the rest of an answer is lost', () => {
    for (const last of ['unknown', { kind: 'text.delta', message_id: 'm', delta: 'It' }] as const)
      expect(missedEnd(RUN, last)).toMatchObject([{ kind: 'run.failed', code: 'STREAM_LOST' }]);
  });

  it('is the run’s own failure when it failed', () => {
    const failed: RunDto = {
      ...RUN,
      status: 'interrupted',
      answer: null,
      error: { code: 'RUN_INTERRUPTED', message: 'x' },
    };
    expect(missedEnd(failed, 'nothing')).toEqual([{ kind: 'run.failed', code: 'RUN_INTERRUPTED', message: 'x' }]);
  });
});
