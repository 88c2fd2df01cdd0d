import { redisAddress } from '@agion/messaging';
import { ask } from './ask.js';
import { withRedis } from './check-redis.js';
import { clockFinding } from './clock.js';
import { type Finding, findingsOf } from './finding.js';
import type { GivenPlatform } from './given.js';

const make = findingsOf('An agent here');

/** What an agent needs, tried from this machine with the agent's own address and token. */
export async function checkAgent({ gatewayUrl, agent }: GivenPlatform): Promise<Finding[]> {
  const [gateway, redis] = await Promise.all([reachGateway(gatewayUrl, agent.token), reachRedis(agent.redisUrl)]);
  return [...gateway, ...redis];
}

async function reachGateway(url: string, token?: string): Promise<Finding[]> {
  const health = await ask(`${url}/health`);
  if ('failure' in health)
    return [
      make(
        'failed',
        'gateway',
        `${url}: ${health.failure}`,
        'set AGION_GATEWAY_URL to an address that is reached from here',
      ),
    ];
  const findings = [make('ok', 'gateway', url)];
  // The header has whole seconds: on average it is half of one behind.
  if (health.date !== null)
    findings.push(
      clockFinding(make, { server: Date.parse(health.date) + 500, asked: health.asked, answered: health.answered }),
    );
  return [...findings, await tryToken(url, token)];
}

async function tryToken(url: string, token?: string): Promise<Finding> {
  if (token === undefined)
    return make(
      'skipped',
      'token',
      'none is set',
      'set AGION_TOKEN, or AGION_TOKEN_FILE, to the token of a registration',
    );
  const answer = await ask(`${url}/api/v1/agents?limit=1`, token);
  if ('failure' in answer) return make('failed', 'token', answer.failure);
  if (answer.status === 401)
    return make('failed', 'token', 'it is not valid', 'it is revoked, expired or of another platform: issue a new one');
  if (answer.status === 200 || answer.status === 403) return make('ok', 'token', 'valid');
  return make(
    'warning',
    'token',
    `the gateway answered ${answer.status}`,
    'look at /readiness of the gateway and the registry',
  );
}

async function reachRedis(url?: string): Promise<Finding[]> {
  if (url === undefined)
    return [
      make(
        'skipped',
        'redis',
        'no address: the agent speaks HTTP only',
        'set AGION_REDIS_URL for one that uses streams',
      ),
    ];
  return withRedis(url, make, async (redis) => {
    await redis.ping();
    const dangers = await mayTooMuch(redis);
    return [
      make('ok', 'redis', redisAddress(url)),
      dangers
        ? make(
            'warning',
            'redis user',
            'it may run scripts or change settings',
            'make one for agents: `agion redis-acl`',
          )
        : make('ok', 'redis user', 'it may neither run scripts nor change settings'),
    ];
  });
}

/** Asks for what does nothing, but is refused to those who may not. */
async function mayTooMuch(redis: Parameters<Parameters<typeof withRedis>[2]>[0]): Promise<boolean> {
  const tried = await Promise.allSettled([redis.call('EVAL', 'return 1', '0'), redis.call('CONFIG', 'GET', 'port')]);
  return tried.some(({ status }) => status === 'fulfilled');
}
