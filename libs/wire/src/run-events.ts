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

export const RUN_STATUSES = ['queued', 'running', 'succeeded', 'failed', 'cancelled', 'interrupted'] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

/** The last event of every run is one of these. */
export const endsRun = (event: RunEvent): boolean => event.kind === 'run.finished' || event.kind === 'run.failed';
