/**
 * What happens in one AG-UI turn, in the platform's own words. The run feed carries these; the gateway encodes them as AG-UI 1.0
 * or as the older `{event_type, data, message}` frames. Later features add members; a reader skips kinds it does not know.
 */
export type RunEvent =
  | { kind: 'run.started'; run_id: string; thread_id: string }
  | { kind: 'text.started'; message_id: string }
  | { kind: 'text.delta'; message_id: string; delta: string }
  | { kind: 'text.ended'; message_id: string; text: string }
  | { kind: 'run.finished'; run_id: string; thread_id: string }
  | { kind: 'run.failed'; code: string; message: string };

/**
 * A run event as it stands in the feed. `seq` counts from 0 within the run: an append that was repeated because its answer got lost
 * is recognized by it. The end that is written for a run whose process died has none.
 */
export type RunFeedEvent = RunEvent & { seq?: number };

export const RUN_STATUSES = ['queued', 'running', 'succeeded', 'failed', 'cancelled', 'interrupted'] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

/** The last event of every run is one of these. */
export const endsRun = (event: RunEvent): boolean => event.kind === 'run.finished' || event.kind === 'run.failed';

/** A run in one of these states stays in it. */
export const isRunOver = (status: RunStatus): boolean => status !== 'queued' && status !== 'running';

/** Codes of `run.failed` the platform itself gives; those of models begin with `LLM_`. */
export const RUN_FAILURES = {
  cancelled: 'RUN_CANCELLED',
  interrupted: 'RUN_INTERRUPTED',
  timeout: 'RUN_TIMEOUT',
  answerTooLong: 'ANSWER_TOO_LONG',
  internal: 'INTERNAL_ERROR',
} as const;
