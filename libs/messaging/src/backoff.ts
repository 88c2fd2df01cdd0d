/** The bounds of a backoff in milliseconds. */
export interface BackoffRange {
  readonly minMs: number;
  readonly maxMs: number;
}

/** For connections and for everything that waits for a dependency to come back. */
export const RECONNECT_BACKOFF: BackoffRange = { minMs: 50, maxMs: 5_000 };

/**
 * Full-jitter delay in whole milliseconds: anywhere between `minMs` and a ceiling that doubles with each attempt
 * (the first attempt is 1) until it is `maxMs`. The wide spread keeps many clients from coming back in step.
 */
export function fullJitter(
  attempt: number,
  range: BackoffRange = RECONNECT_BACKOFF,
  random: () => number = Math.random,
): number {
  const doublings = Math.min(Math.max(attempt, 0), 30); // far beyond any ceiling, and 2 ** n stays finite
  const ceiling = Math.max(range.minMs, Math.min(range.maxMs, range.minMs * 2 ** doublings));
  return Math.round(range.minMs + random() * (ceiling - range.minMs));
}
