import type { RedisConnection } from './connection.js';
import { infoRecord, list } from './replies.js';
import { compareStreamIds } from './stream-id.js';

/** How far a group is behind in one stream. */
export interface GroupLag {
  readonly stream: string;
  readonly group: string;
  /** Entries there are that the group has not been given yet; null when Redis cannot tell. */
  readonly lag: number | null;
  /** Entries given to a consumer and not acknowledged. */
  readonly pending: number;
  /** Entries removed before the group was given them; null when Redis cannot tell. Valkey forgets them once the group is at the end. */
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
    const found = recordsOf(groups?.[1]).find(({ name }) => name === group);
    if (!found) return { stream, group, lag: 0, pending: 0, trimmedUnread: 0 };
    return { stream, group, ...standing(infoRecord(info?.[1]), found) };
  });
}

/**
 * How many entries of a stream some group has still to do with: of the one that has most, given out and not. Where Redis cannot tell, and
 * where nobody reads, all there are.
 */
export async function readBacklog(redis: RedisConnection, stream: string): Promise<number> {
  const [info, groups] = (await redis.pipeline().xinfo('STREAM', stream).xinfo('GROUPS', stream).exec()) ?? [];
  if (info?.[0]?.message.includes('no such key')) return 0;
  const error = info?.[0] ?? groups?.[0];
  if (error) throw error;
  const record = infoRecord(info?.[1]);
  const length = Number(record['length']);
  const behind = recordsOf(groups?.[1]).map((group) => {
    const { lag, pending } = standing(record, group);
    return lag === null ? length : lag + pending;
  });
  return behind.length === 0 ? length : Math.max(...behind);
}

/**
 * Redis counts what was added and what a group was given; the difference says nothing of whether it is still there. (Redis 7.0 calls
 * it `lag` all the same.) What is there is known from the ids, except in the middle of a stream, where the count is at most its length.
 */
function standing(
  stream: Record<string, unknown>,
  group: Record<string, unknown>,
): Pick<GroupLag, 'lag' | 'pending' | 'trimmedUnread'> {
  const given = String(group['last-delivered-id']);
  const [first] = list(stream['first-entry']);
  const length = Number(stream['length']);
  const told = numberOrNull(group['lag']);
  let lag = told === null ? null : Math.min(told, length);
  if (length === 0 || compareStreamIds(given, String(stream['last-generated-id'])) >= 0) lag = 0;
  else if (typeof first === 'string' && compareStreamIds(first, given) > 0) lag = length;
  const [added, read] = [numberOrNull(stream['entries-added']), numberOrNull(group['entries-read'])];
  const known = told !== null && added !== null && read !== null && lag !== null;
  return {
    lag,
    pending: numberOrNull(group['pending']) ?? 0,
    trimmedUnread: known ? Math.max(0, added - read - (lag ?? 0)) : null,
  };
}

const recordsOf = (groups: unknown): Record<string, unknown>[] => list(groups).map(infoRecord);

const numberOrNull = (value: unknown): number | null => (value === null || value === undefined ? null : Number(value));
