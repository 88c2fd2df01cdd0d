import { isUtf8 } from 'node:buffer';
import { isStorableText } from '@agion/dto';
import { DomainError } from '../problem/domain-error.js';

/** Deeper documents are refused before any recursive code sees them. */
export const MAX_JSON_DEPTH = 64;
/** Values in one body: a megabyte of empty objects would keep a service busy for seconds. The largest batch needs a third. */
export const MAX_JSON_VALUES = 20_000;
/** Bytes of a request body. */
export const MAX_BODY_BYTES = 1_048_576;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * Parses a JSON body.
 * @throws DomainError `body-too-large` for more than 20,000 values, `malformed-request` for text that is not JSON in UTF-8, is nested deeper than 64 levels, names `__proto__` or
 * `constructor`, or holds characters Postgres cannot keep or a number that would be kept as null
 */
export function parseJson(body: Buffer): unknown {
  if (body.length === 0) return undefined;
  requireUtf8(body);
  const { depth, values } = measure(body);
  if (depth > MAX_JSON_DEPTH)
    throw new DomainError('malformed-request', `the body is nested deeper than ${MAX_JSON_DEPTH} levels`);
  if (values > MAX_JSON_VALUES)
    throw new DomainError('body-too-large', `the body holds more than ${MAX_JSON_VALUES} values`);
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'), refuseHarmful);
  } catch (error) {
    if (error instanceof DomainError) throw error;
    throw new DomainError('malformed-request', 'the body is not valid JSON');
  }
  return value;
}

/** Other encodings would be read with other characters in the place of those that are meant. @throws DomainError `malformed-request` */
export function requireUtf8(body: Buffer): void {
  if (!isUtf8(body)) throw new DomainError('malformed-request', 'the body is not UTF-8');
}

/**
 * `{"__proto__": …}` becomes an own property in JSON.parse, and a prototype in the next careless merge; class-transformer takes
 * `constructor` for a class.
 */
function refuseHarmful(this: unknown, key: string, value: unknown): unknown {
  if (key === '__proto__' || key === 'constructor')
    throw new DomainError('malformed-request', `the body names the key \`${key}\``);
  if (!isStorableText(key) || (typeof value === 'string' && !isStorableText(value)))
    throw new DomainError('malformed-request', 'the body holds the character U+0000 or half of a surrogate pair');
  if (typeof value === 'number' && !Number.isFinite(value))
    throw new DomainError('malformed-request', 'the body holds a number beyond 1.8e308');
  return value;
}

const COMMA = 0x2c;

/** How deep brackets nest and how many values there are at most, strings aside, without recursion. */
function measure(body: Buffer): { depth: number; values: number } {
  let depth = 0;
  let deepest = 0;
  let values = 1;
  let inString = false;
  for (let i = 0; i < body.length; i++) {
    const byte = body[i];
    if (inString) {
      if (byte === BACKSLASH) i++;
      else if (byte === QUOTE) inString = false;
    } else if (byte === QUOTE) inString = true;
    else if (byte === COMMA) values++;
    else if (byte === 0x7b || byte === 0x5b) {
      deepest = Math.max(deepest, ++depth);
      values++;
    } else if (byte === 0x7d || byte === 0x5d) depth--;
  }
  return { depth: deepest, values };
}
