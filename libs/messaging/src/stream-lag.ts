import type { RedisConnection } from './connection.js';
import { infoRecord, list } from './replies.js';

/** How far a group is behind in one stream. */
export interface GroupLag {
  readonly stream: string;
  readonly group: string;
  /** Entries the group has not been given yet; null when Redis cannot tell. */
  readonly lag: number | null;
  /** Entries given to a consumer and not acknowledged. */
  readonly pending: number;
  /** Entries trimmed before the group was given them, which `lag` hides; null when Redis cannot tell. */
  readonly trimmedUnread: number | null;
}

/** Reads the lag of a group in several streams, in one round trip. A stream or group that does not exist yet is at 0. */
export async function readGroupLag(
  redis: RedisConnection,
  streams: readonly string[],
  group: string,
): Promise<GroupLag[]> {
  const pipeline = redis.pipeline();
  for (const stream of streams) pipeline.xinfo('STREAM', stream).xinfo('GROUPS', stream);
  const results = (await pipeline.exec()) ?? [];
  return streams.map((stream, index) => {
    const [info, groups] = [results[index * 2], results[index * 2 + 1]];
    const error = info?.[0] ?? groups?.[0];
    if (error && !error.message.includes('no such key')) throw error;
    return groupLag(stream, group, info?.[1], groups?.[1]);
  });
}

function groupLag(stream: string, group: string, info: unknown, groups: unknown): GroupLag {
  const found = list(groups)
    .map(infoRecord)
    .find((candidate) => candidate['name'] === group);
  if (!found) return { stream, group, lag: 0, pending: 0, trimmedUnread: 0 };
  const added = numberOrNull(infoRecord(info)['entries-added']);
  const read = numberOrNull(found['entries-read']);
  const lag = numberOrNull(found['lag']);
  const known = added !== null && read !== null && lag !== null;
  const trimmedUnread = known ? Math.max(0, added - read - lag) : null;
  return { stream, group, lag, pending: numberOrNull(found['pending']) ?? 0, trimmedUnread };
}

const numberOrNull = (value: unknown): number | null => (value === null || value === undefined ? null : Number(value));
