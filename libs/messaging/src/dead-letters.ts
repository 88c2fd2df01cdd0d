import { deadLetterKey } from '@agion/wire';
import { type EntryFields, MAX_ENTRY_BYTES, pairsOf } from './codec.js';
import { errorText } from './logger.js';

/** What a dead letter says beside the entry's own fields. */
export interface DeadLetterReason {
  readonly error: unknown;
  readonly deliveries: number;
  readonly sourceId: string;
  readonly failedAt: Date;
}

const OWN_NAMES = ['error', 'deliveries', 'source_id', 'failed_at', 'incomplete'] as const;
const CLASHING = new RegExp(`^(entry_)*(${OWN_NAMES.join('|')})$`);
const ERROR_LIMIT = 2_000;
const VALUE_LIMIT = 1_000;
const FIELD_LIMIT = 100;
/** Bytes left for what a dead letter says beside the entry, so that it is no larger than an entry may be. */
const ROOM = 16 * 1024;

/** The most bytes an entry may have that is kept as it came when it dies. */
export const MAX_KEPT_BYTES = MAX_ENTRY_BYTES - ROOM;

/** The stream that takes the dead letters of `stream`. */
export const deadLetterStream = deadLetterKey;

/**
 * The fields of a dead letter: the entry's own, kept flat, then `error`, `deliveries`, `source_id` and `failed_at`.
 * An entry's field of such a name is kept as `entry_<name>`. A doubled field keeps its last value, and an entry about as large as
 * entries may be, or larger, is shortened (the whole of it still stands at `source_id`): then `incomplete` is `true`.
 */
export function deadLetterFields(flat: readonly string[], reason: DeadLetterReason): EntryFields {
  const pairs = pairsOf(flat);
  const own = shortened(flat, pairs);
  const fields = Object.fromEntries(own.map(([name, value]) => [CLASHING.test(name) ? `entry_${name}` : name, value]));
  const isWhole = own === pairs && Object.keys(fields).length === pairs.length;
  return {
    ...fields,
    ...(!isWhole && { incomplete: 'true' }),
    error: describe(reason.error).slice(0, ERROR_LIMIT),
    deliveries: String(reason.deliveries),
    source_id: reason.sourceId,
    failed_at: reason.failedAt.toISOString(),
  };
}

/** Errors that say that trying again cannot help. */
const PERMANENT = /^(PermanentError|MalformedEntryError|EntryTooLargeError): /;

/** Whether the entry of a dead letter could never have worked, rather than having been tried as often as any. */
export const isPermanentFailure = ({ error = '' }: EntryFields): boolean => PERMANENT.test(error);

/** The entry as it was before it became a dead letter, e.g. to append it once more. */
export function originalFields(deadLetter: EntryFields): EntryFields {
  return Object.fromEntries(
    Object.entries(deadLetter)
      .filter(([name]) => !OWN_NAMES.some((own) => own === name))
      .map(([name, value]) => [CLASHING.test(name) ? name.slice('entry_'.length) : name, value]),
  );
}

function shortened(flat: readonly string[], pairs: [string, string][]): [string, string][] {
  const bytes = flat.reduce((sum, text) => sum + Buffer.byteLength(text, 'utf8'), 0);
  if (bytes <= MAX_KEPT_BYTES) return pairs;
  return pairs.slice(0, FIELD_LIMIT).map(([name, value]) => [name.slice(0, VALUE_LIMIT), value.slice(0, VALUE_LIMIT)]);
}

const describe = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : errorText(error);
