// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;
const MAX_SUBJECT = 255;

/** A name that can be kept, logged and passed on. A signature says who wrote a claim, not that it is of any shape. */
export const isSubject = (sub: unknown): sub is string =>
  typeof sub === 'string' && sub !== '' && sub.length <= MAX_SUBJECT && sub.isWellFormed() && !CONTROL.test(sub);
