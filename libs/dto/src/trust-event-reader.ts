import { isAgentId, SEVERITIES, TRUST_DIMENSIONS } from '@agion/wire';
import { easyObjectIn } from './json-field.js';
import { NUMBER_PATTERN } from './number-field.js';
import { EVENT_ID_PATTERN, EVENT_TYPE_PATTERN, MAX_EVENT_CONTEXT, type TrustEventEntryDto } from './trust-event.dto.js';

/** Characters beyond which the class counts bytes: of a number, what is kept may be longer than what was sent, and so may a character. */
const LONG = MAX_EVENT_CONTEXT / 8;
const PRINTABLE = /^[\x20-\x7e]+$/;
const WORDS: readonly string[] = [...SEVERITIES, 'negative'];
const DIMENSIONS: readonly string[] = TRUST_DIMENSIONS;

type Read = (text: string) => unknown;

const textOf =
  (fits: (text: string) => boolean): Read =>
  (text) =>
    fits(text) ? text : undefined;
const printable = (longest: number): Read => textOf((text) => text.length <= longest && PRINTABLE.test(text));

const READERS = new Map<string, Read>([
  ['agent_id', textOf(isAgentId)],
  ['event_type', textOf((text) => EVENT_TYPE_PATTERN.test(text))],
  ['severity', textOf((text) => WORDS.includes(text))],
  ['impact', impactIn],
  ['event_id', textOf((text) => EVENT_ID_PATTERN.test(text))],
  ['dimension', textOf((text) => DIMENSIONS.includes(text))],
  ['reporter', printable(200)],
  ['context', (text) => easyObjectIn(text, LONG)],
  ['timestamp', printable(64)],
  ['sig', printable(500)],
]);

/**
 * Reads the fields of an ordinary trust event many times as fast as `TrustEventEntryDto` is validated, which would be a third of the
 * work of taking one in. Undefined for every entry with something out of the ordinary in it, right or wrong: the class has the last
 * word on those.
 */
export function readTrustEvent(fields: Readonly<Record<string, string>>): TrustEventEntryDto | undefined {
  const entry: Record<string, unknown> = {};
  for (const name of Object.keys(fields)) {
    const value = READERS.get(name)?.(fields[name] ?? '');
    if (value === undefined) return undefined;
    entry[name] = value;
  }
  if (!('agent_id' in entry && 'event_type' in entry && 'severity' in entry && 'impact' in entry)) return undefined;
  return entry as unknown as TrustEventEntryDto;
}

function impactIn(text: string): number | undefined {
  const impact = NUMBER_PATTERN.test(text) ? Number(text) : Number.NaN;
  return impact >= -1 && impact <= 1 ? impact : undefined;
}
