import type { Obligation } from './obligation.js';

/** What stands where something was. */
export const REDACTED_MARK = '[redacted]';

type Members = Record<string, unknown>;

/** Where paths begin. */
export type RedactedPart = 'context' | 'arguments';

/** The names below `context` or `arguments` that obligations redact, path by path. */
export const redactedPaths = (obligations: readonly Obligation[], part: RedactedPart): string[][] =>
  obligations.flatMap((obligation) => {
    if (obligation.type !== 'redact') return [];
    const [root, ...names] = obligation.path.split('.');
    return root === part ? [names] : [];
  });

/**
 * JSON data with a mark in place of every value that obligations redact; the same object when there is nothing to redact. What has
 * another form than a path expects is replaced where the path ends early: nothing below it can be told apart.
 *
 * @param seen gets what was replaced
 */
export function redact<Data extends Members | undefined>(
  data: Data,
  obligations: readonly Obligation[],
  part: RedactedPart,
  seen?: (value: unknown) => void,
): Data {
  if (data === undefined || obligations.length === 0) return data;
  const paths = redactedPaths(obligations, part);
  return paths.reduce<unknown>((left, names) => replaced(left, names, seen), data) as Data;
}

function replaced(value: unknown, names: readonly string[], seen?: (value: unknown) => void): unknown {
  const [name, ...rest] = names;
  if (value === null || value === REDACTED_MARK) return value;
  if (name === undefined || typeof value !== 'object') {
    seen?.(value);
    return REDACTED_MARK;
  }
  if (Array.isArray(value)) return value.map((element) => replaced(element, names, seen));
  const members = value as Members;
  if (!Object.hasOwn(members, name)) return value;
  return { ...members, [name]: replaced(members[name], rest, seen) };
}
