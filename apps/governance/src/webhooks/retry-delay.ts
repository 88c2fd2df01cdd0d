/** Each wait is four times the one before, */
const FACTOR = 4;
/** up to eight hours, in milliseconds. */
const LONGEST_MS = 28_800_000;
/** Attempts in all: with a first wait of five seconds, the last one is made after about 24 hours. */
const MOST_ATTEMPTS = 10;
/** Waits are up to a fifth shorter or longer: receivers that come back are not asked for everything in one moment. */
const JITTER = 0.2;

/**
 * Milliseconds until the next attempt; null: there is none.
 * @param attempts that have failed, at least one
 * @param retryAfterMs what the receiver asked for
 * @param random 0 to 1
 */
export function retryDelay(attempts: number, firstMs: number, retryAfterMs: number, random: number): number | null {
  if (attempts >= MOST_ATTEMPTS) return null;
  const exponential = Math.min(LONGEST_MS, firstMs * FACTOR ** (attempts - 1));
  const spread = exponential * (1 - JITTER + 2 * JITTER * random);
  return Math.round(Math.max(spread, Math.min(retryAfterMs, LONGEST_MS)));
}

/** `Retry-After` in milliseconds: seconds or a date; 0 when it says nothing. */
export function retryAfter(header: string | undefined, now: Date): number {
  if (header === undefined) return 0;
  const ms = /^\d{1,9}$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - now.getTime();
  return Number.isFinite(ms) ? Math.max(0, ms) : 0;
}
