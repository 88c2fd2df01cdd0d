import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { AssertionVerifier } from '@agion/service-kit';
import { eventually } from '@agion/testing';
import { agentToken, type GatewayUnderTest, startGateway } from './gateway-under-test.js';

let gateway: GatewayUnderTest;

beforeAll(async () => {
  gateway = await startGateway({ GATEWAY_FAILURE_LIMIT: '100000' });
}, 60_000);
afterAll(() => gateway.stop());
afterEach(() => {
  gateway.registry.heard.length = 0;
});

const AGENTS = '/api/v1/agents';

describe('who asks', () => {
  test('a user with a good token is let in, and nobody without', async () => {
    expect((await gateway.call('GET', AGENTS, { token: await gateway.person() })).status).toBe(200);
    const refused = await gateway.call('GET', AGENTS);
    expect(refused).toMatchObject({
      status: 401,
      headers: { 'www-authenticate': 'Bearer', 'content-type': expect.stringContaining('application/problem+json') },
      body: { type: '/problems/unauthenticated', instance: AGENTS },
    });
    expect(gateway.registry.routed()).toHaveLength(1);
  });

  test('an agent with a good token is let in; a bad one is refused, and asked about once', async () => {
    const others = [...'bcdefghijkl'];
    // Others each time: an answer is believed for two seconds, which a busy machine may need for this.
    await eventually(async () => {
      gateway.registry.heard.length = 0;
      const other = others.pop();
      const statusOf = async (keyId: string): Promise<number> =>
        (await gateway.call('GET', AGENTS, { token: agentToken(keyId) })).status;
      for (let i = 0; i < 2; i++) expect(await statusOf(`good${other}`)).toBe(200);
      for (let i = 0; i < 5; i++) expect(await statusOf(`bad${other}`)).toBe(401);
      const verified = gateway.registry.heard.filter(({ url }) => url === '/internal/credentials/verify');
      expect(verified).toHaveLength(2);
    });
  });

  test('a damaged token costs no look-up', async () => {
    const damaged = `${agentToken('good').slice(0, -1)}x`;
    expect((await gateway.call('GET', AGENTS, { token: damaged })).status).toBe(401);
    expect(gateway.registry.heard).toHaveLength(0);
  });

  test('two Authorization headers are none', async () => {
    const good = `Bearer ${await gateway.person('admin')}`;
    const twice = await gateway.call('GET', AGENTS, { headers: { authorization: [good, good] } });
    expect(twice.status).toBe(401);
    const listed = await gateway.call('GET', AGENTS, { headers: { authorization: `${good}, ${good}` } });
    expect(listed.status).toBe(401);
  });

  test('the role of a token decides, not what its user wrote', async () => {
    const body = '{"id":"p"}';
    const claims = { user_metadata: { role: 'admin' } };
    const viewer = await gateway.person(undefined, claims);
    expect((await gateway.call('POST', '/api/v1/prompts', { token: viewer, body })).status).toBe(403);
    expect((await gateway.call('GET', '/metrics-debug', { token: await gateway.person('operator') })).status).toBe(403);
    expect((await gateway.call('GET', '/metrics-debug', { token: await gateway.person('admin') })).status).toBe(200);
    expect(gateway.registry.routed()).toHaveLength(0);
  });

  test('a user of an organization that does not exist is refused', async () => {
    const stranger = await gateway.person(undefined, { app_metadata: { organization: 'nowhere', role: 'admin' } });
    expect(await gateway.call('GET', AGENTS, { token: stranger })).toMatchObject({
      status: 403,
      body: { type: '/problems/forbidden', detail: 'there is no organization `nowhere`' },
    });
    expect(gateway.registry.routed()).toHaveLength(0);
  });

  test('in development registration needs no token, and an invalid one is still invalid', async () => {
    const register = (options: object) =>
      gateway.call('POST', '/api/v1/agents/register', { body: '{"agent_id":"a:b"}', ...options });
    expect((await register({})).status).toBe(200);
    const assertion = gateway.registry.routed()[0]?.headers['agion-assertion'];
    const keys = gateway.running.settings.serviceKeys;
    expect(new AssertionVerifier('registry', keys).verify(String(assertion))).toMatchObject({
      service: 'gateway',
      principal: { kind: 'anonymous', subject: 'anonymous', organization: { slug: 'default' } },
    });
    expect((await register({ token: 'not-a-token' })).status).toBe(401);
    expect((await register({ token: agentToken('bad') })).status).toBe(401);
    expect((await register({ headers: { authorization: '' } })).status).toBe(401);
    expect((await register({ token: await gateway.person('viewer') })).status).toBe(403);
    expect((await register({ token: await gateway.person('operator') })).status).toBe(200);
    expect((await gateway.call('GET', AGENTS)).status).toBe(401);
  });

  test('a service sees the caller in a signed assertion and none of his headers', async () => {
    const headers = {
      'agion-assertion': 'forged',
      'agion-rollout-bucket': '0',
      'x-forwarded-for': '1.2.3.4',
      'x-supabase-user-role': 'admin',
      cookie: 'a=b',
      'if-none-match': '"x"',
      connection: 'keep-alive, x-secret',
      'x-secret': 'y',
    };
    await gateway.call('GET', AGENTS, { token: agentToken('good'), headers });
    const [heard] = gateway.registry.routed();
    for (const name of ['authorization', 'cookie', 'x-forwarded-for', 'x-supabase-user-role', 'x-secret'])
      expect(heard?.headers).not.toHaveProperty(name);
    expect(heard?.headers).toMatchObject({ 'if-none-match': '"x"', traceparent: expect.stringMatching(/^00-/) });
    expect(heard?.headers).not.toHaveProperty('agion-rollout-bucket');
    const keys = gateway.running.settings.serviceKeys;
    expect(new AssertionVerifier('governance', keys).verify(String(heard?.headers['agion-assertion']))).toBeNull();
    expect(new AssertionVerifier('registry', keys).verify(String(heard?.headers['agion-assertion']))).toMatchObject({
      service: 'gateway',
      principal: { kind: 'agent', agentId: 'a:b' },
    });
  });
});

describe('a path written in another way', () => {
  const VARIANTS = [
    ...[
      '//api/v1/agents',
      '/api//v1/agents',
      '/api/v1//agents',
      '/api/v1/agents/',
      '/api/v1/agents//',
      '/api/v1/./agents',
    ],
    ...[
      '/api/v1/x/../agents',
      '/api/v1/%2e/agents',
      '/api/v1/%2e%2e/v1/agents',
      '/api/v1/prompts/../agents',
      '/./api/v1/agents',
    ],
    ...[
      '/api/v1%2fagents',
      '/api%2Fv1/agents',
      '/%2fapi/v1/agents',
      '/api/v1/%61gents',
      '/%61pi/v1/agents',
      '/api/%76%31/agents',
    ],
    ...[
      '/API/v1/agents',
      '/api/V1/agents',
      '/api/v1/Agents',
      '/api/v1/AGENTS',
      '/api/v1/agents%20',
      '/api/v1/agents%00',
    ],
    ...[
      '/api/v1/agents;x=1',
      '/api/v1/agents%3b',
      '/api/v1/agents%3f',
      '/api/v1/agents%23',
      '/api/v1/agents.',
      '/api/v1/agents.json',
    ],
    ...['/api/v1\\agents', '/api/v1/%5cagents', '/v1/agents', '/internal/organizations', '/api/internal/organizations'],
    ...['/api/v1/internal/organizations', '/api/v1/../internal/organizations', '/api/v1/%2e%2e/internal/organizations'],
    ...[
      '/metrics-debug/',
      '//metrics-debug',
      '/%6detrics-debug',
      '/metrics-debug%2f',
      '/METRICS-DEBUG',
      '/health/../metrics-debug',
    ],
    ...[
      '/api/v1/health',
      '/api/v1/*',
      '/*',
      '/docs/../metrics-debug',
      'http://127.0.0.1/metrics-debug',
      'http://x/api/v1/agents',
    ],
  ];

  test.each(VARIANTS)('`%s` lets nobody in', async (target) => {
    const answer = await gateway.call('GET', target);
    expect([400, 401, 404]).toContain(answer.status);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(gateway.registry.heard).toHaveLength(0);
  });

  test.each(VARIANTS)('`%s` leads an agent nowhere else', async (target) => {
    const answer = await gateway.call('GET', target, { token: agentToken('good') });
    expect([200, 400, 403, 404]).toContain(answer.status);
    const urls = new Set(gateway.registry.routed().map(({ url }) => url));
    for (const url of urls) expect(url).toMatch(/^\/v1\/(agents|prompts)(\/[^/%]+)?$/);
    if (answer.status === 200) expect([...urls]).toEqual(['/v1/agents']);
  });
});
