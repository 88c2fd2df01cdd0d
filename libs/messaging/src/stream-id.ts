const STREAM_ID = /^\d{1,20}-\d{1,20}$/;

/** Whether `text` is a complete entry id, `<milliseconds>-<sequence>`. */
export const isStreamId = (text: string): boolean => STREAM_ID.test(text);

/**
 * Orders two entry ids by their numbers; as text, `9-0` would come after `10-0`.
 *
 * @throws RangeError when either is not `<milliseconds>-<sequence>`.
 */
export function compareStreamIds(left: string, right: string): number {
  const [leftMs, leftSequence] = parts(left);
  const [rightMs, rightSequence] = parts(right);
  if (leftMs !== rightMs) return leftMs < rightMs ? -1 : 1;
  if (leftSequence === rightSequence) return 0;
  return leftSequence < rightSequence ? -1 : 1;
}

/**
 * The time Redis gave the entry, in milliseconds since 1970.
 *
 * @throws RangeError as `compareStreamIds` does.
 */
export const streamIdTime = (id: string): number => Number(id.slice(0, dashIn(id)));

function parts(id: string): [bigint, bigint] {
  const dash = dashIn(id);
  return [BigInt(id.slice(0, dash)), BigInt(id.slice(dash + 1))];
}

function dashIn(id: string): number {
  if (!isStreamId(id)) throw new RangeError(`\`${id}\` is not a stream id`);
  return id.indexOf('-');
}
