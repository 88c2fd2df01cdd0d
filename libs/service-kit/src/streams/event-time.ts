import { parseInstant } from '@agion/dto';
import { streamIdTime } from '@agion/messaging';

/** Milliseconds by which a producer's clock may be behind the entry, and ahead of it. */
const MOST_BEFORE = 24 * 60 * 60 * 1_000;
const MOST_AFTER = 60 * 1_000;

/**
 * When an event happened: its own `timestamp` where that is believable, else when Redis took the entry. Believable is what lies
 * within 24 hours before and one minute after the entry. Ids may be chosen by whoever appends, so none counts as later than now.
 */
export function eventTime(timestamp: string | undefined, entryId: string, now = new Date()): Date {
  const taken = Math.min(streamIdTime(entryId), now.getTime());
  const claimed = timestamp === undefined ? undefined : parseInstant(timestamp)?.getTime();
  const believable = claimed !== undefined && claimed >= taken - MOST_BEFORE && claimed <= taken + MOST_AFTER;
  return new Date(believable ? claimed : taken);
}
