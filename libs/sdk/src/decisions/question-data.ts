/** Deeper than conditions may look, and than anything ordinary is. */
const ORDINARY_DEPTH = 16;

/**
 * What the platform would see of a value that goes to it as JSON: no undefined members, dates as text, nothing that changes afterwards.
 * The value itself when it is that already.
 *
 * @throws TypeError when JSON cannot carry it
 */
export function asJsonData(value: Record<string, unknown>): Record<string, unknown> {
  return isJsonData(value, 0) ? value : (JSON.parse(JSON.stringify(value)) as Record<string, unknown>);
}

function isJsonData(value: unknown, depth: number): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true;
    case 'number':
      return Number.isFinite(value);
    case 'object':
      return value === null || isJsonContainer(value, depth);
    default:
      return false;
  }
}

function isJsonContainer(value: object, depth: number): boolean {
  if (depth > ORDINARY_DEPTH || 'toJSON' in value) return false;
  if (Array.isArray(value)) return value.every((element) => isJsonData(element, depth + 1)) && !hasHoles(value);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  for (const name in value) if (!isJsonData((value as Record<string, unknown>)[name], depth + 1)) return false;
  return true;
}

/** `every` passes over them; JSON makes them null. */
const hasHoles = (list: readonly unknown[]): boolean => Object.keys(list).length !== list.length;
