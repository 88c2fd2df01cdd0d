import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { Channels, createRedis } from '@agion/messaging';
import { eventually } from '@agion/testing';
import { CHANNELS } from '@agion/wire';
import { agentToken, type GatewayUnderTest, json, startGateway } from './gateway-under-test.js';

let gateway: GatewayUnderTest;
const token = agentToken('good');
const AGENT = '/api/v1/agents/a:b';

beforeAll(async () => {
  gateway = await startGateway({ GATEWAY_UPSTREAM_TIMEOUT_MS: '3000' });
}, 60_000);
afterAll(() => gateway.stop());
afterEach(() => {
  gateway.registry.heard.length = 0;
  gateway.registry.behave = (_, response) => json(response, { items: [] });
});

describe('a request on its way', () => {
  test('reaches its service as it was sent, and the answer comes back with the headers that matter', async () => {
    gateway.registry.behave = (_, response) =>
      json(response, { id: 'p' }, 201, {
        location: '/v1/prompts/p',
        etag: '"1"',
        'set-cookie': 'a=b',
        'x-internal': '1',
      });
    const body = Buffer.from('{"content": "naïve  \u2028 text", "n": 1.0}');
    const answer = await gateway.call('POST', '/api/v1/prompts?dry=%20x', {
      token: await gateway.person('operator'),
      body,
      headers: { 'idempotency-key': 'k1' },
    });
    expect(answer).toMatchObject({
      status: 201,
      headers: { location: '/api/v1/prompts/p', etag: '"1"' },
      body: { id: 'p' },
    });
    expect(answer.headers).not.toHaveProperty('set-cookie');
    expect(answer.headers).not.toHaveProperty('x-internal');
    const [heard] = gateway.registry.routed();
    expect(heard).toMatchObject({ url: '/v1/prompts?dry=%20x', headers: { 'idempotency-key': 'k1' } });
    expect(heard?.body).toEqual(body);
  });

  test('has a method the path knows, and no body with a GET', async () => {
    expect(await gateway.call('PATCH', '/api/v1/prompts', { token, body: '{}' })).toMatchObject({
      status: 405,
      headers: { allow: 'GET, POST' },
    });
    expect((await gateway.call('GET', AGENT, { token, body: '{}' })).status).toBe(400);
    const operator = await gateway.person('operator');
    const text = { token: operator, body: 'x', headers: { 'content-type': 'text/plain' } };
    expect((await gateway.call('POST', '/api/v1/prompts', text)).status).toBe(415);
    const large = { token: operator, body: 'x'.repeat(1_100_000) };
    expect((await gateway.call('POST', '/api/v1/prompts', large)).status).toBe(413);
    expect(gateway.registry.routed()).toHaveLength(0);
  });

  test.each([
    ['POST', '/health', 'GET'],
    ['GET', '/ag-ui/run', 'POST'],
    ['PUT', '/ag-ui/events', 'GET'],
    ['DELETE', '/docs', 'GET'],
    ['POST', '/problems/conflict', 'GET'],
    ['DELETE', '/.well-known/agion-keys', 'GET'],
  ])('%s %s: 405, and what there is instead', async (method, path, allow) => {
    expect(await gateway.call(method, path)).toMatchObject({
      status: 405,
      headers: { allow },
      body: { type: '/problems/method-not-allowed', instance: path },
    });
  });

  test('passes a problem of the service through', async () => {
    const problem = {
      type: '/problems/agent-not-found',
      title: 'Agent not found',
      status: 404,
      instance: '/v1/agents/a:b',
    };
    gateway.registry.behave = (_, response) =>
      json(response, problem, 404, { 'content-type': 'application/problem+json', 'retry-after': '7' });
    expect(await gateway.call('GET', AGENT, { token })).toMatchObject({
      status: 404,
      headers: { 'retry-after': '7' },
      body: problem,
    });
  });
});

describe('a service that is not well', () => {
  test('and answers late: 504', async () => {
    gateway.registry.behave = () => undefined;
    expect(await gateway.call('GET', AGENT, { token })).toMatchObject({
      status: 504,
      body: { type: '/problems/upstream-timeout' },
    });
  });

  test('and is away: 503 with a time to come back', async () => {
    expect(await gateway.call('GET', '/api/v1/missions', { token })).toMatchObject({
      status: 503,
      headers: { 'retry-after': expect.any(String) },
      body: { type: '/problems/unavailable' },
    });
  });

  test.each([
    ['a page of HTML', 500, 'text/html'],
    ['a refusal of our own signature', 401, 'application/problem+json'],
  ])('and answers with %s: 502', async (_, status, type) => {
    gateway.registry.behave = (__, response) => json(response, {}, status, { 'content-type': type });
    expect(await gateway.call('GET', AGENT, { token })).toMatchObject({
      status: 502,
      body: { type: '/problems/upstream-failed' },
    });
  });

  test('and drops the connection: a GET is sent once more, a POST is not', async () => {
    let drops = 1;
    gateway.registry.behave = (_, response, request) => {
      if (drops-- > 0) request.socket.destroy();
      else json(response, { ok: true });
    };
    expect(await gateway.call('GET', AGENT, { token })).toMatchObject({ status: 200, body: { ok: true } });
    expect(gateway.registry.routed()).toHaveLength(2);
    drops = 1;
    const answer = await gateway.call('POST', `${AGENT}/heartbeat`, { token, body: '{}' });
    expect(answer).toMatchObject({ status: 503, body: { type: '/problems/unavailable' } });
    expect(gateway.registry.routed()).toHaveLength(3);
    drops = 2;
    expect((await gateway.call('GET', AGENT, { token })).status).toBe(503);
  });
});

describe('configuration from memory', () => {
  const fetchPrompt = (location: string, headers: Record<string, string> = {}) =>
    gateway.call('GET', `/api/v1/prompts/by-location/${location}`, { token, headers });

  const answerWith = (content: string): void => {
    gateway.registry.behave = (_, response) =>
      json(response, { content }, 200, { etag: `"${encodeURIComponent(content)}"` });
  };

  test('is asked for once, and answered with 304 by itself', async () => {
    answerWith('naïve ☃');
    const [first] = await Promise.all([fetchPrompt('one'), fetchPrompt('one'), fetchPrompt('one')]);
    expect(first).toMatchObject({ status: 200, body: { content: 'naïve ☃' } });
    const again = await fetchPrompt('one', { 'if-none-match': first?.headers.etag ?? '' });
    expect(again).toMatchObject({ status: 304, text: '', headers: { etag: first?.headers.etag } });
    const [heard, ...more] = gateway.registry.routed();
    expect(more).toEqual([]);
    expect(heard?.headers).toMatchObject({ 'agion-rollout-bucket': expect.stringMatching(/^\d{1,2}$/) });
  });

  test('is not kept for those who may not have it, nor where the answer depends on more', async () => {
    answerWith('v1');
    await fetchPrompt('two');
    expect((await gateway.call('GET', '/api/v1/prompts/by-location/two')).status).toBe(401);
    await gateway.call('GET', '/api/v1/prompts/by-location/two?x=1', { token });
    await fetchPrompt('two', { accept: 'text/plain' });
    expect(gateway.registry.routed()).toHaveLength(3);
  });

  test('is forgotten by a change made here, and when a notice of the organization comes', async () => {
    answerWith('v1');
    await fetchPrompt('three');
    answerWith('v2');
    expect((await fetchPrompt('three')).body).toEqual({ content: 'v1' });
    await gateway.call('PUT', '/api/v1/prompts/p', { token: await gateway.person('operator'), body: '{}' });
    expect((await fetchPrompt('three')).body).toEqual({ content: 'v2' });
    answerWith('v3');
    const redis = createRedis({ url: gateway.redis.url, role: 'command', name: 'test' });
    try {
      await eventually(async () => {
        await new Channels(redis).publish(CHANNELS.configUpdates, { type: 'prompt.updated', key: 'three', version: 2 });
        expect((await fetchPrompt('three')).body).toEqual({ content: 'v3' });
      });
    } finally {
      redis.disconnect();
    }
  });

  test('keeps no problem', async () => {
    gateway.registry.behave = (_, response) =>
      json(response, { type: '/problems/prompt-not-found' }, 404, { 'content-type': 'application/problem+json' });
    expect((await fetchPrompt('four')).status).toBe(404);
    answerWith('made');
    expect((await fetchPrompt('four')).status).toBe(200);
  });
});
