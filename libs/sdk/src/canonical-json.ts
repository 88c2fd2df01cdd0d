/**
 * The RFC 8785 form of a JSON value: no white space, members in the order of their UTF-16 code units. Numbers and strings are printed
 * as ECMAScript does, which is what the RFC asks for. Members that are undefined are left out.
 *
 * @throws TypeError for what JSON cannot hold
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join()}]`;
  if (typeof value === 'object' && value !== null) return canonicalObject(value as Record<string, unknown>);
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined || (typeof value === 'number' && !Number.isFinite(value)))
    throw new TypeError('the value has no canonical form');
  return text;
}

function canonicalObject(value: Record<string, unknown>): string {
  const members: string[] = [];
  for (const name of Object.keys(value).sort())
    if (value[name] !== undefined) members.push(`${JSON.stringify(name)}:${canonicalJson(value[name])}`);
  return `{${members.join()}}`;
}
