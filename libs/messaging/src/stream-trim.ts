import type { RedisConnection } from './connection.js';
import { infoRecord, list, pendingRows } from './replies.js';
import { compareStreamIds } from './stream-id.js';

/**
 * Removes what every group has read and acknowledged, and nothing else: the limit is, over all groups, the oldest pending
 * entry, or else the last one delivered. A stream without groups is left alone. Resolves with the number of entries
 * removed (Redis trims by whole nodes, so some consumed entries stay).
 *
 * `keepMs` keeps consumed entries for that long, e.g. to look back at them.
 */
export async function trimConsumed(redis: RedisConnection, stream: string, keepMs = 0): Promise<number> {
  if ((await redis.exists(stream)) === 0) return 0;
  const groups = list(await redis.xinfo('GROUPS', stream)).map(infoRecord);
  if (groups.length === 0) return 0;
  const places: string[] = [`${Math.max(0, Date.now() - keepMs)}-0`];
  for (const group of groups) {
    const [oldest] = pendingRows(await redis.xpending(stream, String(group['name']), '-', '+', 1));
    places.push(oldest?.id ?? String(group['last-delivered-id']));
  }
  const limit = places.reduce((least, place) => (compareStreamIds(place, least) < 0 ? place : least));
  return Number(await redis.xtrim(stream, 'MINID', '~', limit));
}
