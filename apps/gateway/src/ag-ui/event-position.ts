import { RUN_ID_PATTERN } from '@agion/dto';

/** A place in a run's events: what `id:` says and `Last-Event-ID` brings back. */
export interface EventPosition {
  readonly runId: string;
  /** `<ms>-<seq>`, the entry's id in the run feed. */
  readonly entryId: string;
}

/** 13 digits reach the year 2286; more would overflow what Redis takes for a time. */
const ENTRY_ID = /^\d{1,15}-\d{1,15}$/;

export const formatPosition = ({ runId, entryId }: EventPosition): string => `${runId}/${entryId}`;

/** The place, or `null` for text that is none: `<run_id>/<entry id>`. */
export function parsePosition(text: string): EventPosition | null {
  const slash = text.lastIndexOf('/');
  const [runId, entryId] = [text.slice(0, slash), text.slice(slash + 1)];
  return slash > 0 && RUN_ID_PATTERN.test(runId) && ENTRY_ID.test(entryId) ? { runId, entryId } : null;
}
