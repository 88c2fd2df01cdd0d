import { describe, expect, test } from '@jest/globals';
import { readEnvironment } from './environment.js';
import { ConfigurationError } from './errors.js';
import { settingsOf } from './settings.js';

const NOTHING = readEnvironment({});

describe('settings', () => {
  test('come from the options, else from the environment, else from document 000', () => {
    const environment = readEnvironment({
      AGION_GATEWAY_URL: 'http://gateway.test:8080',
      REDIS_URL: 'redis://plain.test:6379',
      AGION_AGENT_CONTAINER_ID: 'nodejs-v1',
    });
    expect(settingsOf({ agentId: 'chart_generator' }, environment)).toMatchObject({
      agentId: 'nodejs-v1:chart_generator',
      containerId: 'nodejs-v1',
      gatewayUrl: 'http://gateway.test:8080',
      registryUrl: 'http://gateway.test:8080',
      redisUrl: 'redis://plain.test:6379',
    });
    expect(settingsOf({ agentId: 'a:b', gatewayUrl: 'https://other.test' }, environment).gatewayUrl).toBe(
      'https://other.test',
    );
    expect(settingsOf({ agentId: 'a:b' }, NOTHING)).toMatchObject({
      gatewayUrl: 'http://gateway:8080',
      configTtlMs: 60_000,
      flushIntervalMs: 5_000,
      eventBufferSize: 100,
    });
  });

  test('AGION_REDIS_URL wins over REDIS_URL, and an empty variable is none', () => {
    expect(readEnvironment({ AGION_REDIS_URL: 'redis://a:1', REDIS_URL: 'redis://b:2' }).redisUrl).toBe('redis://a:1');
    expect(readEnvironment({ AGION_REDIS_URL: ' ', REDIS_URL: 'redis://b:2' }).redisUrl).toBe('redis://b:2');
  });

  test.each([
    ['an agent without a container', { agentId: 'chart_generator' }, 'AGION_AGENT_CONTAINER_ID'],
    ['an id in capitals', { agentId: 'a:B' }, '`a:B` is not an agent id'],
    ['a url without a scheme', { agentId: 'a:b', gatewayUrl: 'gateway:8080' }, '`gatewayUrl` must be'],
    [
      'a url with a password',
      { agentId: 'a:b', gatewayUrl: 'http://ada:secret@gateway' },
      'must not hold a user or a password',
    ],
    ['a redis url that is none', { agentId: 'a:b', redisUrl: 'http://redis' }, '`redisUrl` must be'],
    ['a key that verifies nothing', { agentId: 'a:b', verifyKeys: ['MCowBQYDK2Vw'] }, '`verifyKeys` must be'],
    ['no time at all', { agentId: 'a:b', timeoutMs: 0 }, '`timeoutMs` must be'],
    ['a part above the whole', { agentId: 'a:b', decisionLog: 'sample:2' as const }, '`decisionLog` must be'],
  ])('%s is refused with what to do about it', (_, options, told) => {
    const refused = (): unknown => settingsOf(options, NOTHING);
    expect(refused).toThrow(told);
    expect(refused).toThrow(ConfigurationError);
  });

  test('two processes of one container do not share a name', () => {
    const [one, two] = [settingsOf({ agentId: 'a:b' }, NOTHING), settingsOf({ agentId: 'a:b' }, NOTHING)];
    expect(one.instanceId).not.toBe(two.instanceId);
    expect(one.instanceId).toMatch(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/);
  });
});
