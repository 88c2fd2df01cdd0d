import type { RedisConnection } from './connection.js';

/**
 * What is dangerous about the server's settings, one sentence each; empty when all is well. Without an append-only file
 * a crash of Redis loses every entry; with an eviction policy it may drop whole streams with their groups.
 */
export async function serverWarnings(redis: RedisConnection): Promise<string[]> {
  const facts = infoFacts(await redis.info());
  const warnings: string[] = [];
  if (facts.get('aof_enabled') !== '1') {
    warnings.push('redis keeps no append-only file (`appendonly no`): events do not survive its restart');
  }
  const policy = facts.get('maxmemory_policy');
  if (policy !== undefined && policy !== 'noeviction') {
    warnings.push(
      `redis may evict streams under memory pressure (\`maxmemory-policy ${policy}\`, needed is \`noeviction\`)`,
    );
  }
  return warnings;
}

function infoFacts(info: string): Map<string, string> {
  return new Map(
    info.split('\r\n').flatMap((line): [string, string][] => {
      const colon = line.indexOf(':');
      return colon > 0 ? [[line.slice(0, colon), line.slice(colon + 1)]] : [];
    }),
  );
}
