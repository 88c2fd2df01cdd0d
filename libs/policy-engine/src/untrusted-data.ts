/** Data of a caller, or why conditions may not see it. */
export type LookedOver = { data: unknown } | { fault: RangeError };

export interface DataSize {
  /** Members and elements, at all levels. */
  values: number;
  characters: number;
}

/** Levels below `context` or `arguments`. The CEL library keeps a type for each shape of nesting it has seen, so they are few. */
const DEEPEST = 8;

/**
 * Names the CEL library mistakes for those of JavaScript: with a member called `__proto__` a map can be made equal to others, and one with
 * a `constructor` is no map to it.
 */
const MISLEADING = ['__proto__', 'constructor'];

/** Refuses what conditions could be misled with: misleading names, numbers that are none, and nesting without end. */
export function lookOver(data: unknown, attribute: string): LookedOver {
  if (data === null || typeof data !== 'object' || Array.isArray(data))
    return { fault: new RangeError(`\`${attribute}\` is not a map`) };
  const objection = isFlat(data) ? null : objectionTo(data, 0);
  return objection === null ? { data } : { fault: new RangeError(`\`${attribute}\` ${objection}`) };
}

/** @throws RangeError when it may not be seen */
export function dataOf(looked: LookedOver): unknown {
  if ('fault' in looked) throw looked.fault;
  return looked.data;
}

/** Counts all there is in data that has been looked over. */
export function sizeOf(data: unknown): DataSize {
  const size = { values: 0, characters: 0 };
  count(data, size);
  return size;
}

/** The usual case: nothing in it to go into, and nothing to object to. */
function isFlat(data: object): boolean {
  for (const name in data) {
    const value: unknown = (data as Record<string, unknown>)[name];
    if ((typeof value === 'object' && value !== null) || isNoNumber(value) || MISLEADING.includes(name)) return false;
  }
  return true;
}

/** What JSON cannot say, so that over HTTP or in the ledger it would become something else. */
const isNoNumber = (value: unknown): boolean => value !== value || value === Infinity || value === -Infinity;

function objectionTo(value: unknown, depth: number): string | null {
  if (isNoNumber(value)) return 'has a number that is none';
  if (typeof value !== 'object' || value === null) return null;
  if (depth > DEEPEST) return `is nested deeper than ${DEEPEST} levels`;
  if (!Array.isArray(value)) return objectionToMembers(value as Record<string, unknown>, depth);
  for (const element of value as unknown[]) {
    const objection = objectionTo(element, depth + 1);
    if (objection !== null) return objection;
  }
  return null;
}

function objectionToMembers(members: Record<string, unknown>, depth: number): string | null {
  for (const name of Object.keys(members)) {
    if (MISLEADING.includes(name)) return `has a member called \`${name}\``;
    const objection = objectionTo(members[name], depth + 1);
    if (objection !== null) return objection;
  }
  return null;
}

function count(value: unknown, size: DataSize): void {
  size.values++;
  if (typeof value === 'string') size.characters += value.length;
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    for (const element of value as unknown[]) count(element, size);
    return;
  }
  for (const name of Object.keys(value)) {
    size.characters += name.length;
    count((value as Record<string, unknown>)[name], size);
  }
}
