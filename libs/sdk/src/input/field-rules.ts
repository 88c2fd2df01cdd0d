import { AGENT_ID_PATTERN } from '@agion/wire';
import type { FieldFault } from './input.errors.js';

/** What is wrong with a value; null when nothing is. */
export type Rule = (value: unknown) => string | null;

/** A name such as `task_completed`. */
const NAME = /^\w[\w.:-]{0,99}$/;
const ID = /^\w[\w.-]{0,99}$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;
const CONTROL = /\p{Cc}/u;
const LINES = /[\t\n\r]/g;

const unless = (fits: boolean, detail: string): string | null => (fits ? null : detail);

export const isAgent: Rule = (value) =>
  unless(
    typeof value === 'string' && AGENT_ID_PATTERN.test(value),
    'must be `name` or `container:name` in lower case, e.g. `support:triage`',
  );

export const isEventName: Rule = (value) =>
  unless(typeof value === 'string' && NAME.test(value), 'must be a name such as `task_completed`');

export const isEventId: Rule = (value) =>
  unless(typeof value === 'string' && ID.test(value), 'must be 1 to 100 of the characters A-Z a-z 0-9 _ . -');

export const isUuid: Rule = (value) => unless(typeof value === 'string' && UUID.test(value), 'must be a UUID');

export const isOneOf =
  (words: readonly string[]): Rule =>
  (value) =>
    unless(typeof value === 'string' && words.includes(value), `must be one of ${words.join(', ')}`);

export const isNumber =
  (least: number, most = Infinity): Rule =>
  (value) =>
    unless(
      typeof value === 'number' && Number.isFinite(value) && value >= least && value <= most,
      most === Infinity ? `must be a number of at least ${least}` : `must be a number from ${least} to ${most}`,
    );

export const isWhole =
  (least: number, most: number): Rule =>
  (value) =>
    unless(
      Number.isInteger(value) && (value as number) >= least && (value as number) <= most,
      `must be a whole number from ${least} to ${most}`,
    );

export const isTime: Rule = (value) =>
  unless(value instanceof Date && !Number.isNaN(value.getTime()), 'must be a valid `Date`');

/** @param lines whether line breaks and tabs are welcome */
export const isText =
  (most: number, { least = 1, lines = false } = {}): Rule =>
  (value) =>
    unless(
      typeof value === 'string' && value.length >= least && value.length <= most && isPlain(value, lines),
      `must be text of ${least} to ${most} characters without control characters`,
    );

const isPlain = (text: string, lines: boolean): boolean =>
  text.isWellFormed() && !CONTROL.test(lines ? text.replace(LINES, '') : text);

/** Escapes that JSON writes for U+0000 and for halves of surrogate pairs. Its text never has `\` unescaped. */
const UNSTORABLE = /(?:^|[^\\])(?:\\\\)*\\u(?:0000|d[89a-f][0-9a-f]{2})/i;
/** Levels of objects and lists the platform takes. */
export const MAX_DEPTH = 64;

/** An object of at most `most` bytes as JSON, which Postgres can keep. */
export const isFacts =
  (most: number): Rule =>
  (value) => {
    const detail = `must be an object of at most ${most} bytes as JSON`;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return detail;
    try {
      const text = JSON.stringify(value);
      if (!text.startsWith('{') || Buffer.byteLength(text) > most) return detail;
      if (UNSTORABLE.test(text)) return 'must hold neither U+0000 nor half of a surrogate pair';
      return unless(depthOf(text) <= MAX_DEPTH, `must not nest deeper than ${MAX_DEPTH} levels`);
    } catch {
      return 'must be what JSON can carry';
    }
  };

/** Brackets open at once, outside of texts. */
export function depthOf(json: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [bracket] of json.replace(/"(?:[^"\\]|\\.)*"/g, '').matchAll(/[[\]{}]/g)) {
    depth += bracket === '[' || bracket === '{' ? 1 : -1;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}

/** A rule for each field, and which of them there has to be. */
export type Rules<Event> = { readonly [Field in keyof Event]-?: { readonly rule: Rule; readonly required?: true } };

/** All that is wrong with an object. A field that is undefined counts as left out. */
export function faultsIn<Event extends object>(event: Event, rules: Rules<Event>): FieldFault[] {
  const faults: FieldFault[] = [];
  for (const field of Object.keys(event))
    if (!Object.hasOwn(rules, field)) faults.push({ field, detail: 'is not a field of it' });
  for (const field of Object.keys(rules) as (keyof Event & string)[]) {
    const value = event[field];
    const detail = value === undefined ? missing(rules[field].required) : rules[field].rule(value);
    if (detail !== null) faults.push({ field, detail });
  }
  return faults;
}

const missing = (required: true | undefined): string | null => (required ? 'must be given' : null);
