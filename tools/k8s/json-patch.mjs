/** Segments of a JSON pointer (RFC 6901). */
const segments = (pointer) =>
  pointer
    .split('/')
    .slice(1)
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));

/** Applies the operations `add`, `replace` and `remove` of JSON Patch (RFC 6902) to `document` itself. @throws Error where one cannot be */
export function applyJsonPatch(document, operations) {
  for (const { op, path, value } of operations) {
    const keys = segments(path);
    const last = keys.pop();
    const parent = keys.reduce((at, key) => at?.[key], document);
    const exists = parent !== undefined && Object.hasOwn(parent, last);
    if (!parent || (op !== 'add' && !exists)) throw new Error(`there is nothing at \`${path}\` to ${op}`);
    if (op === 'remove') {
      if (Array.isArray(parent)) parent.splice(Number(last), 1);
      else delete parent[last];
    } else if (op === 'add' && Array.isArray(parent)) {
      parent.splice(last === '-' ? parent.length : Number(last), 0, structuredClone(value));
    } else if (op === 'add' || op === 'replace') parent[last] = structuredClone(value);
    else throw new Error(`\`${op}\` is not understood`);
  }
}
