import { Transform } from 'class-transformer';

/** Levels a JSON field may nest. */
const MAX_DEPTH = 64;

/**
 * A field of a stream entry whose text is JSON. It becomes the value; text that is not JSON, that nests too deeply or that
 * Postgres could not keep stays text, so that the property's own rule (`@IsObject()`) refuses it.
 */
export const JsonField = (): PropertyDecorator =>
  Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? parse(value) : value));

/**
 * Free-form JSON in a body, exactly as it came: class-transformer copies it without the keys it finds suspicious, `toString`
 * among them.
 */
export const Verbatim = (): PropertyDecorator =>
  Transform(({ obj, key, value }: { obj: Record<string, unknown>; key: string; value: unknown }) =>
    Object.hasOwn(obj, key) ? obj[key] : value,
  );

/** Whether Postgres can keep it: neither U+0000 nor half of a surrogate pair. */
export const isStorableText = (text: string): boolean => !text.includes('\0') && text.isWellFormed();

function parse(text: string): unknown {
  try {
    const value = JSON.parse(text) as unknown;
    return isEasilyStorable(text) || isStorable(value) ? value : text;
  } catch {
    return text;
  }
}

const ESCAPED_CHARACTER = /\\u/;
const OPENING = /[[{]/g;

/**
 * True for JSON text of which a glance shows that its value can be kept: nothing in it is escaped by its number, and it has no more
 * brackets than levels are allowed.
 */
const isEasilyStorable = (text: string): boolean =>
  !ESCAPED_CHARACTER.test(text) && isStorableText(text) && (text.match(OPENING)?.length ?? 0) <= MAX_DEPTH;

/** Level by level and without recursion: the text comes from anybody who may write to the stream. */
function isStorable(root: unknown): boolean {
  let level = [root];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH) return false;
    const texts = level.flatMap((value) => (typeof value === 'string' ? [value] : keysOf(value)));
    if (!texts.every(isStorableText)) return false;
    level = level.flatMap((value) =>
      typeof value === 'object' && value !== null ? (Object.values(value) as unknown[]) : [],
    );
  }
  return true;
}

const keysOf = (value: unknown): string[] =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : [];

/** The object a text of up to so many characters is, when a glance shows that it can be kept; else undefined, and a slower look decides. */
export function easyObjectIn(text: string, longest: number): Record<string, unknown> | undefined {
  if (text.length > longest || !isEasilyStorable(text)) return undefined;
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
