import { withoutSecrets } from '@agion/wire';
import { depthOf, MAX_DEPTH } from '../input/field-rules.js';

/** Bytes of a context that are reported with a decision. */
const MOST_BYTES = 8_192;
/** Members whose values stay in the process, by a part of their name or by a word of it. */
const SENSITIVE =
  /pass(?:word|wort|wd|phrase|code)|pwd|secret|token|(?:api|private|access)[-_ ]?key|authorization|credential|cookie|session[-_]?id|card[-_ ]?number|credit[-_ ]?card|connection[-_ ]?string|cvv|iban|ssn|(?:^|[-_. "])(?:auth|bearer|otp|pin|dsn)(?:$|[-_. "])/i;
const REDACTED = '[redacted]';
const TRUNCATED = '{"truncated":true}';
/** What JSON writes for U+0000 and for halves of surrogate pairs: the ledger could not keep them. */
const UNSTORABLE = /(?<!\\)((?:\\\\)*)\\u(?:0000|d[89a-f][0-9a-f]{2})/gi;

/** What a context became for the ledger: JSON text; undefined when there is nothing in it. */
export function redactedContext(context: Readonly<Record<string, unknown>> | undefined): string | undefined {
  if (context === undefined || isEmpty(context)) return undefined;
  const plain = JSON.stringify(context);
  const named = SENSITIVE.test(plain) ? JSON.stringify(context, redactMember) : plain;
  if (Buffer.byteLength(named) > MOST_BYTES || isTooDeep(named)) return TRUNCATED; // before the patterns, which take longer
  const text = withoutSecrets(named);
  if (Buffer.byteLength(text) > MOST_BYTES) return TRUNCATED;
  return text.includes('\\u') ? text.replace(UNSTORABLE, '$1\\ufffd') : text;
}

/** A level costs two characters at least: short texts need no closer look. */
const isTooDeep = (json: string): boolean => json.length > 2 * MAX_DEPTH && depthOf(json) > MAX_DEPTH;

const redactMember = (name: string, value: unknown): unknown => (SENSITIVE.test(name) ? REDACTED : value);

function isEmpty(context: object): boolean {
  for (const _ in context) return false;
  return true;
}
