/** Bytes of a context that are reported with a decision. */
const MOST_BYTES = 8_192;
/** Members whose values stay in the process. */
const SENSITIVE =
  /pass(?:word|wd|phrase|code)|secret|token|api[-_]?key|private[-_]?key|authorization|credential|cookie|session[-_]?id|card[-_]?number|cvv|iban|ssn/i;
const REDACTED = '[redacted]';
/** What JSON writes for U+0000 and for halves of surrogate pairs: the ledger could not keep them. */
const UNSTORABLE = /(?<!\\)((?:\\\\)*)\\u(?:0000|d[89a-f][0-9a-f]{2})/gi;

/** What a context became for the ledger: JSON text; undefined when there is nothing in it. */
export function redactedContext(context: Readonly<Record<string, unknown>> | undefined): string | undefined {
  if (context === undefined || isEmpty(context)) return undefined;
  const plain = JSON.stringify(context);
  const text = SENSITIVE.test(plain) ? JSON.stringify(context, redactMember) : plain;
  if (Buffer.byteLength(text) > MOST_BYTES) return '{"truncated":true}';
  return text.includes('\\u') ? text.replace(UNSTORABLE, '$1\\ufffd') : text;
}

const redactMember = (name: string, value: unknown): unknown => (SENSITIVE.test(name) ? REDACTED : value);

function isEmpty(context: object): boolean {
  for (const _ in context) return false;
  return true;
}
