/** A place in a list, opaque to callers: base64url of a JSON array of strings. */
export const encodeCursor = (...parts: string[]): string => Buffer.from(JSON.stringify(parts)).toString('base64url');

/** The parts of a cursor, or `null` when it is none of ours. */
export function decodeCursor(cursor: string, count: number): string[] | null {
  try {
    const parts = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as unknown;
    const valid = Array.isArray(parts) && parts.length === count && parts.every((part) => typeof part === 'string');
    return valid ? parts : null;
  } catch {
    return null;
  }
}
