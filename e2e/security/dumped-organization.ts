import { expect } from '@jest/globals';
import { asOwner } from '@agion/testing';
import type { Platform } from '../platform.js';
import type { RawRedis } from '../raw-redis.js';

type Row = Record<string, unknown>;

/** Everything there is of an organization: its rows in every table, and its keys in Redis. */
export interface DumpedOrganization {
  /** By table; each row as JSON. */
  readonly rows: Readonly<Record<string, readonly Row[]>>;
  /** By name; streams without the times their readers last looked. */
  readonly keys: Readonly<Record<string, string>>;
  /** Keys that end by themselves. */
  readonly passing: readonly string[];
}

export async function dumpOrganization(platform: Platform, redis: RawRedis, slug: string): Promise<DumpedOrganization> {
  const rows = await rowsOf(platform, slug);
  const keys: Record<string, string> = {};
  const passing: string[] = [];
  for (const key of ((await redis.call('KEYS', `org:${slug}:*`)) as string[]).sort()) {
    const content = await contentOf(redis, key);
    if (content !== null) keys[key] = content;
    if (Number(await redis.call('PTTL', key)) >= 0) passing.push(key);
  }
  return { rows, keys, passing };
}

/** @throws when anything is there that was not, or is gone or changed; but keys that end by themselves may have ended */
export function expectUnchanged(before: DumpedOrganization, after: DumpedOrganization): void {
  const living = Object.entries(before.keys).filter(([key]) => key in after.keys || !before.passing.includes(key));
  expect(after.keys).toEqual(Object.fromEntries(living));
  expect(after.rows).toEqual(before.rows);
}

const rowsOf = (platform: Platform, slug: string): Promise<Record<string, Row[]>> =>
  asOwner(platform.database, async (client) => {
    const { rows: tables } = await client.query<{ name: string }>(
      // A partition's rows are its table's.
      `SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE c.relnamespace::regnamespace::text IN ('registry', 'coordination', 'governance', 'execution')
          AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND a.attname = 'organization_id' ORDER BY 1`,
    );
    const found: Record<string, Row[]> = {};
    for (const { name } of tables) {
      const { rows } = await client.query<{ row: Row }>(
        `SELECT to_jsonb(one) AS row FROM ${name} AS one WHERE organization_id =
          (SELECT organization_id FROM registry.organizations WHERE slug = $1) ORDER BY one::text`,
        [slug],
      );
      found[name] = rows.map(({ row }) => row);
    }
    return found;
  });

/** `null` for a key that has ended meanwhile. */
async function contentOf(redis: RawRedis, key: string): Promise<string | null> {
  const type = String(await redis.call('TYPE', key));
  if (type === 'none') return null;
  if (type === 'stream') return JSON.stringify(await redis.range(key));
  if (type === 'hash') return JSON.stringify(await redis.call('HGETALL', key));
  if (type === 'zset') return JSON.stringify(await redis.call('ZRANGE', key, 0, -1, 'WITHSCORES'));
  if (type === 'set') return JSON.stringify(((await redis.call('SMEMBERS', key)) as string[]).sort());
  return String(await redis.call('GET', key));
}
