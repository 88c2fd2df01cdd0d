import { EntryTooLargeError, MalformedEntryError } from './errors.js';

/** The fields of an entry as they stand in Redis: flat strings, structured values as JSON. */
export type EntryFields = Record<string, string>;

/** The most bytes an entry may have, names and values together. */
export const MAX_ENTRY_BYTES = 1024 * 1024;

/**
 * Turns an object into entry fields. Strings stay as they are, numbers and booleans are printed, dates become ISO 8601,
 * everything else JSON; `undefined` and `null` are left out.
 *
 * @throws EntryTooLargeError above {@link MAX_ENTRY_BYTES}.
 * @throws MalformedEntryError for no fields at all and for values that JSON cannot carry.
 */
export function encodeEntry(values: Readonly<Record<string, unknown>>): EntryFields {
  const fields: EntryFields = {};
  let characters = 0;
  let empty = true;
  for (const name of Object.keys(values)) {
    const value = values[name];
    if (value === undefined || value === null) continue;
    const text = typeof value === 'string' ? value : encodeValue(name, value);
    setField(fields, name, text);
    characters += name.length + text.length;
    empty = false;
  }
  if (empty) throw new MalformedEntryError('an entry needs at least one field');
  if (mayBeOversized(characters)) refuseOversized(Object.entries(fields).flat());
  return fields;
}

/**
 * Reads the flat `[name, value, name, value, …]` list of a Redis reply.
 *
 * @throws MalformedEntryError when a name comes twice: which value counts would be anybody's guess.
 * @throws EntryTooLargeError above {@link MAX_ENTRY_BYTES}.
 */
export function decodeEntry(flat: readonly string[]): EntryFields {
  if (flat.length === 0 || flat.length % 2 !== 0) throw new MalformedEntryError('fields do not come in pairs');
  refuseOversized(flat);
  const fields: EntryFields = {};
  for (let index = 0; index < flat.length; index += 2) setField(fields, flat[index] ?? '', flat[index + 1] ?? '');
  if (Object.keys(fields).length * 2 !== flat.length) throw new MalformedEntryError('a field comes twice');
  return fields;
}

/**
 * The value of a field that holds JSON, or undefined when the field is absent.
 *
 * @throws MalformedEntryError when it is not JSON.
 */
export function jsonField(fields: EntryFields, name: string): unknown {
  const text = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new MalformedEntryError(`\`${name}\` is not valid json`);
  }
}

/** Names and values in pairs; a name without a value gets an empty one. */
export function pairsOf(flat: readonly string[]): [string, string][] {
  const pairs: [string, string][] = [];
  for (let index = 0; index < flat.length; index += 2) pairs.push([flat[index] ?? '', flat[index + 1] ?? '']);
  return pairs;
}

function encodeValue(name: string, value: unknown): string {
  switch (typeof value) {
    case 'string':
      return value;
    case 'boolean':
    case 'bigint':
      return String(value);
    case 'number':
      if (!Number.isFinite(value)) throw new MalformedEntryError(`\`${name}\` is not a finite number`);
      return String(value);
    default:
      return encodeStructure(name, value);
  }
}

function encodeStructure(name: string, value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) throw new MalformedEntryError(`\`${name}\` cannot be written as json`);
  return text;
}

/** A plain assignment would take `__proto__` for more than a name. */
function setField(fields: EntryFields, name: string, value: string): void {
  if (name !== '__proto__') fields[name] = value;
  else Object.defineProperty(fields, name, { value, enumerable: true, configurable: true, writable: true });
}

const BYTES_OF_A_CHARACTER = 3;

/** Counting bytes takes a closer look than most entries need. */
const mayBeOversized = (characters: number): boolean => characters * BYTES_OF_A_CHARACTER > MAX_ENTRY_BYTES;

function refuseOversized(flat: readonly string[]): void {
  let characters = 0;
  for (const text of flat) characters += text.length;
  if (!mayBeOversized(characters)) return;
  const bytes = flat.reduce((sum, text) => sum + Buffer.byteLength(text, 'utf8'), 0);
  if (bytes > MAX_ENTRY_BYTES) throw new EntryTooLargeError(`entry has ${bytes} bytes, allowed are ${MAX_ENTRY_BYTES}`);
}
