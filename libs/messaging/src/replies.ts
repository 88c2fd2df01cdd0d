/** An entry as Redis returns it; `flat` is null when the entry itself is gone. */
export interface RawEntry {
  readonly stream: string;
  readonly id: string;
  readonly flat: readonly string[] | null;
}

/** A delivered entry that has not been acknowledged. */
export interface PendingRow {
  readonly id: string;
  readonly deliveries: number;
}

/**
 * The replies of a pipeline or transaction.
 *
 * @throws the first error among them.
 */
export function pipelineReplies(results: readonly [Error | null, unknown][] | null): unknown[] {
  if (!results) throw new Error('the redis transaction was aborted');
  const failed = results.find(([error]) => error);
  if (failed?.[0]) throw failed[0];
  return results.map(([, reply]) => reply);
}

/** The entries of XREAD and XREADGROUP: `[[stream, [[id, [name, value, …]], …]], …]`, or null when nothing came. */
export function readEntries(reply: unknown): RawEntry[] {
  return list(reply).flatMap((row) => {
    const [stream, entries] = list(row);
    return rangeEntries(String(stream), entries);
  });
}

/** The entries of XRANGE and XCLAIM: `[[id, [name, value, …]], …]`. */
export function rangeEntries(stream: string, reply: unknown): RawEntry[] {
  return list(reply).flatMap((row) => {
    const [id, flat] = list(row);
    return typeof id === 'string' ? [{ stream, id, flat: Array.isArray(flat) ? flat.map(String) : null }] : [];
  });
}

/** The rows of XPENDING with a range: `[[id, consumer, idle, deliveries], …]`. */
export function pendingRows(reply: unknown): PendingRow[] {
  return list(reply).map((row) => {
    const [id, , , deliveries] = list(row);
    return { id: String(id), deliveries: Number(deliveries) };
  });
}

/** XAUTOCLAIM with JUSTID: `[cursor, [id, …], [deleted id, …]]`; the third list exists since Redis 7. */
export function takenOver(reply: unknown): { cursor: string; ids: string[]; deleted: string[] } {
  const [cursor, ids, deleted] = list(reply);
  return {
    cursor: typeof cursor === 'string' ? cursor : '0-0',
    ids: list(ids).map(String),
    deleted: list(deleted).map(String),
  };
}

/** The `[name, value, …]` list of XINFO as a record. */
export function infoRecord(reply: unknown): Record<string, unknown> {
  const flat = list(reply);
  const record: Record<string, unknown> = {};
  for (let index = 0; index < flat.length; index += 2) record[String(flat[index])] = flat[index + 1];
  return record;
}

/** A reply that should be a list; anything else counts as empty. */
export const list = (reply: unknown): unknown[] => (Array.isArray(reply) ? (reply as unknown[]) : []);
