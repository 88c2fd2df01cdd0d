import type { TrustEvidence } from './trust-evidence.js';

const DAY_MS = 86_400_000;
/** Milliseconds by which an id's time may be before its event, and after it. The months in between are always there. */
const MOST_BEFORE = 180 * DAY_MS;
const MOST_AFTER = DAY_MS;

/** The month of ids that tell no credible time. */
export const UNDATED = '1970-01-01';

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const STREAM_ID = /^[0-9]{13}-[0-9]+$/;

/**
 * The partition an event is kept in, as its first day. It follows from the event's id, for the id has to meet its own repetition
 * there, whenever that comes within 180 days: a UUIDv7 tells its month and so does a stream's id, also behind a prefix of ours.
 */
export function monthOf({ eventId, at }: Pick<TrustEvidence, 'eventId' | 'at'>): string {
  const made = timeOf(eventId.slice(eventId.lastIndexOf(':') + 1));
  if (made === null || made < at.getTime() - MOST_BEFORE || made > at.getTime() + MOST_AFTER) return UNDATED;
  const day = Math.floor(made / DAY_MS);
  if (day !== last.day) last = { day, month: `${new Date(made).toISOString().slice(0, 7)}-01` };
  return last.month;
}

/** Events of one batch are nearly all of one day. */
let last = { day: Number.NaN, month: UNDATED };

function timeOf(id: string): number | null {
  if (UUID_V7.test(id)) return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
  return STREAM_ID.test(id) ? Number(id.slice(0, 13)) : null;
}
