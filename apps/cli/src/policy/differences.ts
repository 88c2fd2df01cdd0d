/** A member that two documents have differently; `undefined` where it is absent. */
export interface Difference {
  /** JSON pointer (RFC 6901). */
  readonly pointer: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** What changes from one JSON value to another, by member; lists are compared by position. */
export function differencesBetween(before: unknown, after: unknown, pointer = ''): Difference[] {
  if (!isContainer(before) || !isContainer(after) || Array.isArray(before) !== Array.isArray(after))
    return Object.is(before, after) ? [] : [{ pointer, before, after }];
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.flatMap((name) =>
    differencesBetween(member(before, name), member(after, name), `${pointer}/${escaped(name)}`),
  );
}

const isContainer = (value: unknown): value is object => typeof value === 'object' && value !== null;

const member = (value: object, name: string): unknown =>
  Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;

const escaped = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');
