import type { RunDto } from '@agion/dto';
import type { RunEvent } from '@agion/wire';

/** Part of the stream is gone for good: what came would be read as something it is not. */
export const STREAM_LOST: RunEvent = {
  kind: 'run.failed',
  code: 'STREAM_LOST',
  message: 'part of this answer can only be read from the run itself',
};

/** What a follower has seen last: an event, nothing at all, or something that is no longer known. */
export type LastSeen = RunEvent | 'nothing' | 'unknown';

/**
 * What to tell a follower of a run that is over while its feed has nothing more: the process died between the outcome and its
 * announcement, or Redis lost the feed. Only what keeps the stream's grammar: an answer that was broken off cannot be finished.
 */
export function missedEnd(run: RunDto, last: LastSeen): RunEvent[] {
  const { run_id, thread_id, answer, error } = run;
  if (run.status !== 'succeeded' || answer === null)
    return [{ kind: 'run.failed', code: error?.code ?? 'RUN_FAILED', message: error?.message ?? 'the run failed' }];
  const finished: RunEvent = { kind: 'run.finished', run_id, thread_id };
  if (last === 'nothing')
    return [{ kind: 'run.started', run_id, thread_id }, ...messageOf(run.run_id, answer), finished];
  if (last !== 'unknown' && last.kind === 'run.started') return [...messageOf(run.run_id, answer), finished];
  if (last !== 'unknown' && last.kind === 'text.ended') return [finished];
  return [STREAM_LOST];
}

const messageOf = (message_id: string, text: string): RunEvent[] => [
  { kind: 'text.started', message_id },
  { kind: 'text.delta', message_id, delta: text },
  { kind: 'text.ended', message_id, text },
];
