import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Channels, connected, createRedis, type RedisConnection, TopicHub } from '@agion/messaging';
import { eventually, startRedis, type TestRedis } from '@agion/testing';
import { ConfigurationClient } from '../src/config/configuration.client.js';
import { Configurations } from '../src/config/configurations.js';
import { GatewayClient } from '../src/http/gateway.client.js';
import { type ScriptedGateway, startScriptedGateway } from './scripted-gateway.js';

let redis: TestRedis;
let command: RedisConnection;
let gateway: ScriptedGateway;
let hub: TopicHub;
let configurations: Configurations;
/** What the platform has. */
let version: number;

beforeAll(async () => {
  [redis, gateway] = await Promise.all([startRedis(), startScriptedGateway()]);
  command = createRedis({ url: redis.url, role: 'command', name: 'test' });
  await connected(command);
});
afterAll(async () => {
  command.disconnect();
  await Promise.all([redis.stop(), gateway.stop()]);
});

beforeEach(async () => {
  version = 1;
  gateway.received.length = 0;
  gateway.answer(({ path, headers }) => {
    const etag = `"${version}"`;
    if (headers['if-none-match'] === etag) return { status: 304 };
    const base = { id: 'x', version, metadata: {}, updated_at: '2026-01-01T00:00:00Z', name: 'X' };
    const kinds: Record<string, object> = {
      prompts: { location: 'greeting', content: `version ${version}`, variables: ['name'], model_purpose: 'chat' },
      models: {
        purpose: 'chat',
        provider: 'openai',
        model: 'm',
        parameters: { top_p: 1 },
        fallbacks: ['cheap'],
        base_url: 'https://x.test',
        credential_ref: 'env:KEY',
        pricing: { input_per_mtok: 1, output_per_mtok: 2, currency: 'EUR' },
      },
      resources: { type: 'database', config: { pool_size: 2 } },
    };
    return { body: { ...base, ...kinds[path.split('/')[3] ?? ''] }, headers: { etag } };
  });
  hub = new TopicHub({ redisUrl: redis.url, name: 'agent' });
  const client = new ConfigurationClient(new GatewayClient({ url: gateway.url }));
  configurations = new Configurations({ client, ttlMs: 60_000 });
  configurations.hear(hub, 'acme');
  await eventually(() => expect(hub.connected).toBe(true));
  await subscribed();
});
afterEach(() => hub.close());

const CHANNEL = 'org:acme:agion:config:updates';
const subscribed = (): Promise<void> =>
  eventually(async () => expect(await command.pubsub('NUMSUB', CHANNEL)).toEqual([CHANNEL, 1]));
const announce = (notice: object): Promise<number> => new Channels(command).publish(CHANNEL, notice);
const prompt = async (): Promise<string> => (await configurations.get('prompt', 'greeting')).content;

describe('configuration', () => {
  test('speaks the language of the SDK, and leaves what is the provider’s as it is', async () => {
    expect(await configurations.get('prompt', 'greeting')).toMatchObject({
      modelPurpose: 'chat',
      updatedAt: '2026-01-01T00:00:00Z',
    });
    expect(await configurations.get('model', 'chat')).toMatchObject({
      ...{ baseUrl: 'https://x.test', credentialRef: 'env:KEY', parameters: { top_p: 1 }, fallbacks: ['cheap'] },
      pricing: { inputPerMtok: 1, outputPerMtok: 2, currency: 'EUR' },
    });
    expect(await configurations.get('resource', 'sales db/x')).toMatchObject({
      type: 'database',
      config: { pool_size: 2 },
    });
    expect(gateway.received.map(({ path }) => path)).toEqual([
      '/api/v1/prompts/by-location/greeting',
      '/api/v1/models/by-purpose/chat',
      '/api/v1/resources/by-name/sales%20db%2Fx',
    ]);
    expect(configurations.sizes).toEqual({ prompts: 1, models: 1, resources: 1 });
    expect(configurations.versions).toEqual({ 'prompt:greeting': 1, 'model:chat': 1, 'resource:sales db/x': 1 });
  });

  test('is fetched anew after a notice of its change, and not after notices of others', async () => {
    expect(await prompt()).toBe('version 1');
    version = 2;
    await announce({ type: 'prompt.updated', id: 'y', key: 'farewell', version: 5 });
    await announce({ type: 'model.updated', id: 'x', key: 'greeting', version: 5 });
    await announce({ type: 'tool.updated', id: 'x', key: 'greeting', version: 5 });
    await announce({ nonsense: true });
    await announce({ type: 'prompt.updated', id: 'x', key: 'greeting', version: 2 });
    await eventually(async () => expect(await prompt()).toBe('version 2'));
    expect(gateway.received).toHaveLength(2);
  });

  test('is asked for again when notices may have been missed, at the price of a 304', async () => {
    await prompt();
    await configurations.get('model', 'chat');
    await command.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    version = 2; // and nobody hears of it
    await eventually(async () => expect(await prompt()).toBe('version 2'));
    expect(await prompt()).toBe('version 2');
    expect(gateway.received.filter(({ path }) => path.includes('prompts'))).toHaveLength(2);
  });
});
