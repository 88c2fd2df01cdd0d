/** Characters with a meaning of their own in the text of an array, also within quotation marks. */
const SPECIAL = /["\\]/;

/**
 * A Postgres array of words and numbers that need no quotation marks: ids, dates, enumerations. The driver would look at each
 * character, which for a batch of events is a good part of the work of writing them.
 */
export const plainArray = (values: readonly (string | number)[]): string => `{${values.join(',')}}`;

/** A Postgres array of any texts. */
export const textArray = (values: readonly (string | null)[]): string => `{${values.map(element).join(',')}}`;

function element(text: string | null): string {
  if (text === null) return 'NULL';
  return SPECIAL.test(text) ? `"${text.replace(/["\\]/g, '\\$&')}"` : `"${text}"`;
}
