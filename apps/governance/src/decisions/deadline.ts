/** Milliseconds an agent waits for its answer unless it says otherwise. */
const DEFAULT_TIMEOUT_MS = 5_000;

/**
 * Whether nobody waits for the answer any more. Ids may be chosen by whoever appends, so none counts as later than now.
 * @param takenAt time in the entry's id; all times in milliseconds since 1970, by the clock of Redis
 * @param timeoutMs the request's `timeout_ms`
 */
export const isOverdue = (takenAt: number, timeoutMs: string | undefined, now: number): boolean =>
  now > deadlineOf(takenAt, timeoutMs, now);

/** Until when somebody waits for the answer; all as above. */
export const deadlineOf = (takenAt: number, timeoutMs: string | undefined, now: number): number =>
  Math.min(takenAt, now) + (timeoutMs === undefined ? DEFAULT_TIMEOUT_MS : Number(timeoutMs));
