/** Milliseconds an agent waits for its answer unless it says otherwise. */
const DEFAULT_TIMEOUT_MS = 5_000;

/**
 * Whether nobody waits for the answer any more. Ids may be chosen by whoever appends, so none counts as later than now.
 * @param takenAt time in the entry's id; all times in milliseconds since 1970
 * @param timeoutMs the request's `timeout_ms`
 */
export function isOverdue(takenAt: number, timeoutMs: string | undefined, now: number): boolean {
  const timeout = timeoutMs === undefined ? DEFAULT_TIMEOUT_MS : Number(timeoutMs);
  return now > Math.min(takenAt, now) + timeout;
}
