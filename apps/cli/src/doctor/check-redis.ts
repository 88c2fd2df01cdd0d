import { connected, createRedis, inspectServer, parseRedisUrl, redisAddress, serverDangers } from '@agion/messaging';
import type { RedisConnection } from '@agion/messaging';
import { clockFinding } from './clock.js';
import { type Finding, findingsOf } from './finding.js';
import type { GivenPlatform } from './given.js';

const make = findingsOf('Redis');
const OLDEST_MAJOR = 7;
const PATIENCE = 3_000;

/** Whether Redis is fit for services: reached, new enough, and keeping what it is given. */
export async function checkRedis(platform: GivenPlatform): Promise<Finding[]> {
  const { redisUrl: url } = platform;
  if (url === undefined)
    return [make('skipped', 'reached', 'no address', 'set REDIS_URL, or run this where `npm start` runs')];
  return withRedis(url, make, async (redis) => [
    make('ok', 'reached', redisAddress(url)),
    ...(await settings(redis, platform)),
    tls(url),
    await clock(redis),
  ]);
}

/** Opens a connection for some checks; when that fails, the finding says why. */
export async function withRedis(
  url: string,
  say: ReturnType<typeof findingsOf>,
  work: (redis: RedisConnection) => Promise<Finding[]>,
): Promise<Finding[]> {
  let redis: RedisConnection | undefined;
  try {
    redis = createRedis({ url, role: 'command', name: 'agion:doctor' });
    await connected(redis, PATIENCE);
  } catch (error) {
    redis?.disconnect();
    return [
      say(
        'failed',
        'redis',
        (error as Error).message,
        'see that it runs, and that the address and the login are right',
      ),
    ];
  }
  try {
    return await work(redis);
  } catch (error) {
    return [say('failed', 'redis', (error as Error).message, 'see what this user is allowed')];
  } finally {
    redis.disconnect();
  }
}

async function settings(redis: RedisConnection, platform: GivenPlatform): Promise<Finding[]> {
  const server = await inspectServer(redis);
  const dangers = serverDangers(server);
  const major = Number(server.version?.split('.')[0]);
  const version =
    server.version === null
      ? make('warning', 'version', 'it does not say', `services need Redis ${OLDEST_MAJOR} or later`)
      : major < OLDEST_MAJOR
        ? make('failed', 'version', server.version, `services need Redis ${OLDEST_MAJOR} or later, or Valkey`)
        : make('ok', 'version', server.version);
  const isFatal = (kind: string): boolean =>
    platform.mode === 'production' && (kind === 'eviction' || !platform.isDurabilityAcknowledged);
  const lineOf = (name: string, kinds: readonly string[], good: string): Finding => {
    const danger = dangers.find(({ kind }) => kinds.includes(kind));
    if (!danger) return make('ok', name, good);
    if (isFatal(danger.kind)) return make('failed', name, danger.text, danger.mend);
    const vouched = platform.isDurabilityAcknowledged ? 'acknowledged, not seen: ' : '';
    return make('warning', name, vouched + danger.text, danger.mend);
  };
  return [
    version,
    lineOf('append-only file', ['durability'], 'kept'),
    lineOf('eviction', ['eviction', 'unknown-eviction'], `none (\`maxmemory-policy ${server.evictionPolicy}\`)`),
  ];
}

function tls(url: string): Finding {
  const { tls: encrypted, hosts } = parseRedisUrl(url);
  if (encrypted) return make('ok', 'tls', 'the server’s certificate is checked');
  const isHere = hosts.every(({ host }) => /^(localhost$|127\.|\[::1\])/.test(host));
  if (isHere) return make('ok', 'tls', 'none, on this machine');
  return make('warning', 'tls', 'none', 'use `rediss://`, unless the network is your own');
}

async function clock(redis: RedisConnection): Promise<Finding> {
  const asked = Date.now();
  const [seconds, micros] = await redis.time();
  return clockFinding(make, { server: Number(seconds) * 1_000 + Number(micros) / 1_000, asked, answered: Date.now() });
}
