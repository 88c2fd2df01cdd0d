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

/** What looks like a secret wherever it stands: credentials of the platform, JWTs, bearer headers, passwords in URLs. */
const SECRETS: readonly [RegExp, string][] = [
  [/agion_(agt|ctr|svc|enr)_([a-z2-7]{16})_[A-Za-z0-9_-]{43}_[0-9a-f]{8}/g, 'agion_$1_$2_[redacted]'],
  [/agion_(stk|tkt)_[A-Za-z0-9_-]{43}/g, 'agion_$1_[redacted]'],
  [/\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*/g, '[redacted jwt]'],
  [/\b(bearer) +[A-Za-z0-9._~+/-]{8,}=*/gi, '$1 [redacted]'],
  [/(\w:\/\/[^\s/:@"]*):[^\s/@"]+@/g, '$1:[redacted]@'],
];
/** One cheap look first: most texts hold nothing of it. */
const SUSPICIOUS = /agion_|eyJ|bearer|:\/\//i;

/** Cuts out what looks like a secret. JSON stays JSON: nothing of its own is matched but whole escapes. */
export function withoutSecrets(text: string): string {
  if (!SUSPICIOUS.test(text)) return text;
  return SECRETS.reduce((left, [pattern, by]) => left.replace(pattern, by), text);
}

/** A level costs two characters at least: short texts need no closer look. */
const isTooDeep = (json: string): boolean => json.length > 2 * MAX_DEPTH && depthOf(json) > MAX_DEPTH;

const redactMember = (name: string, value: unknown): unknown => (SENSITIVE.test(name) ? REDACTED : value);

function isEmpty(context: object): boolean {
  for (const _ in context) return false;
  return true;
}
