import type { RedisConnection } from './connection.js';

/** What a Redis says of itself; null where it does not say. */
export interface RedisServer {
  /** Of Redis, or the release of Redis a Valkey is compatible with. */
  readonly version: string | null;
  readonly appendOnlyFile: boolean | null;
  readonly evictionPolicy: string | null;
}

/** Memory of a server in bytes; `limit` is 0 where it has none. */
export interface RedisMemory {
  readonly used: number;
  readonly limit: number;
}

/** What a server uses of its memory; undefined when it does not say. */
export async function readMemory(redis: RedisConnection): Promise<RedisMemory | undefined> {
  const facts = infoFacts(await redis.info('memory').catch(refusedAsEmpty));
  const used = Number(facts.get('used_memory'));
  return Number.isFinite(used) && used > 0 ? { used, limit: Number(facts.get('maxmemory') ?? 0) } : undefined;
}

/** Something about a server's settings that loses entries. */
export interface ServerDanger {
  /** `durability`: no append-only file, or no word of one. `eviction`: a policy that evicts. `unknown-eviction`: no word of the policy. */
  readonly kind: 'durability' | 'eviction' | 'unknown-eviction';
  /** What is wrong, and what that costs. */
  readonly text: string;
  readonly mend: string;
}

/** Asks by INFO, which users who may not use CONFIG are often let use; a server that refuses says nothing. */
export async function inspectServer(redis: RedisConnection): Promise<RedisServer> {
  const facts = infoFacts(await redis.info().catch(refusedAsEmpty));
  const keeps = facts.get('aof_enabled');
  return {
    version: facts.get('redis_version') ?? null,
    appendOnlyFile: keeps === undefined ? null : keeps === '1',
    evictionPolicy: facts.get('maxmemory_policy') ?? null,
  };
}

/**
 * What is dangerous about the server's settings; empty when all is well. Without an append-only file a crash of Redis loses every
 * entry; with an eviction policy it may drop whole streams with their groups.
 */
export function serverDangers({ appendOnlyFile, evictionPolicy }: RedisServer): ServerDanger[] {
  const dangers: ServerDanger[] = [];
  const acknowledge = 'where it keeps its data by other means, set AGION_REDIS_DURABILITY=acknowledged';
  if (appendOnlyFile === false)
    dangers.push({
      kind: 'durability',
      text: 'redis keeps no append-only file (`appendonly no`): events do not survive its restart',
      mend: `set \`appendonly yes\` on that server; ${acknowledge}`,
    });
  if (appendOnlyFile === null)
    dangers.push({
      kind: 'durability',
      text: 'redis does not say whether it keeps an append-only file',
      mend: `let this user use INFO; ${acknowledge}`,
    });
  if (evictionPolicy === null)
    dangers.push({
      kind: 'unknown-eviction',
      text: 'redis does not say whether it evicts keys under memory pressure',
      mend: 'let this user use INFO; where it evicts nothing, set AGION_REDIS_DURABILITY=acknowledged',
    });
  else if (evictionPolicy !== 'noeviction')
    dangers.push({
      kind: 'eviction',
      text: `redis may evict streams under memory pressure (\`maxmemory-policy ${evictionPolicy}\`, needed is \`noeviction\`)`,
      mend: 'set `maxmemory-policy noeviction` on that server',
    });
  return dangers;
}

function refusedAsEmpty(error: unknown): string {
  if (error instanceof Error && error.message.startsWith('NOPERM')) return '';
  throw error;
}

function infoFacts(info: string): Map<string, string> {
  return new Map(
    info.split('\r\n').flatMap((line): [string, string][] => {
      const colon = line.indexOf(':');
      return colon > 0 ? [[line.slice(0, colon), line.slice(colon + 1)]] : [];
    }),
  );
}
