import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { policySchema } from '@agion/policy-engine';
import { PROBLEMS } from '@agion/wire';
import { type GatewayUnderTest, startGateway, Upstream } from './gateway-under-test.js';

const bundle = generateKeyPairSync('ed25519');
let gateway: GatewayUnderTest;

beforeAll(async () => {
  const bundleKey = bundle.privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64url');
  gateway = await startGateway({ AGION_BUNDLE_KEY: bundleKey });
}, 60_000);
afterAll(() => gateway.stop());

describe('pages for everybody', () => {
  test('health is always 200 and names the services behind', async () => {
    const first = await gateway.call('GET', '/health');
    expect(first).toMatchObject({
      status: 200,
      body: { status: 'degraded', service: 'gateway', services: { registry: 'healthy', execution: 'unreachable' } },
    });
    const others = await Promise.all(
      ['COORDINATION', 'GOVERNANCE', 'EXECUTION'].map((name) => Upstream.listen(Number(gateway.env[`${name}_PORT`]))),
    );
    try {
      const since = Date.now();
      let latest = first;
      while (latest.body.status !== 'healthy' && Date.now() - since < 15_000)
        latest = await gateway.call('GET', '/health');
      expect(latest.body).toMatchObject({ status: 'healthy', services: { execution: 'healthy' } });
    } finally {
      await Promise.all(others.map((other) => other.close()));
    }
  });

  test('readiness tells of Redis', async () => {
    expect(await gateway.call('GET', '/readiness')).toMatchObject({ status: 200, body: { status: 'ready' } });
  });

  test('the OpenAPI document is whole, and costs a 304 the second time', async () => {
    const { status, headers, body } = await gateway.call('GET', '/openapi.json');
    expect(status).toBe(200);
    expect(body.paths).toHaveProperty(['/api/v1/agents/register', 'post', 'summary']);
    const again = await gateway.call('GET', '/openapi.json', { headers: { 'if-none-match': headers.etag ?? '' } });
    expect(again.status).toBe(304);
  });

  test('so is what goes over Redis', async () => {
    const { status, headers, body } = await gateway.call('GET', '/asyncapi.json');
    expect(status).toBe(200);
    expect(body).toMatchObject({ asyncapi: '3.0.0', channels: { audit: { address: 'agion:events:audit' } } });
    const again = await gateway.call('GET', '/asyncapi.json', { headers: { 'if-none-match': headers.etag ?? '' } });
    expect(again.status).toBe(304);
  });

  test('the reference works without the internet', async () => {
    const page = await gateway.call('GET', '/docs');
    expect(page).toMatchObject({ status: 200, headers: { 'content-type': 'text/html; charset=utf-8' } });
    const loaded = [...page.text.matchAll(/(?:src|href)=["']([^"']+)["']/g)].map(([, url]) => url);
    expect(loaded).toContain('/docs/reference.js');
    expect(loaded.filter((url) => /^(https?:)?\/\//.test(url ?? ''))).toEqual([]);
    expect(page.headers['content-security-policy']).toContain("default-src 'self'");
    const script = await gateway.call('GET', '/docs/reference.js');
    expect(script).toMatchObject({ status: 200, headers: { 'content-type': 'text/javascript; charset=utf-8' } });
    expect(script.text.length).toBeGreaterThan(1_000_000);
  });

  test('the type of every problem leads to its explanation', async () => {
    for (const [name, { status, title, help }] of Object.entries(PROBLEMS)) {
      const page = await gateway.call('GET', `/problems/${name}`);
      expect(page).toMatchObject({ status: 200, body: { type: `/problems/${name}`, status, title, help } });
    }
    expect((await gateway.call('GET', '/problems')).body.items).toHaveLength(Object.keys(PROBLEMS).length);
    const html = await gateway.call('GET', '/problems/conflict', { headers: { accept: 'text/html,*/*' } });
    expect(html.text).toContain('<h1>Conflict</h1>');
    expect((await gateway.call('GET', '/problems/constructor')).status).toBe(404);
  });

  test('policies have a JSON Schema for editors, for anybody, and it costs a 304 the second time', async () => {
    const { status, headers, body } = await gateway.call('GET', '/schemas/policy.json');
    expect([status, headers['content-type']]).toEqual([200, 'application/schema+json; charset=utf-8']);
    expect(body).toEqual(policySchema());
    const again = await gateway.call('GET', '/schemas/policy.json', {
      headers: { 'if-none-match': headers.etag ?? '' },
    });
    expect([again.status, again.text]).toEqual([304, '']);
  });

  test('the key of policy bundles is published, its public half only', async () => {
    const { keys } = (await gateway.call('GET', '/.well-known/agion-keys')).body as { keys: object[] };
    const { x } = bundle.publicKey.export({ format: 'jwk' });
    expect(keys).toEqual([{ kty: 'OKP', crv: 'Ed25519', x, kid: expect.any(String), alg: 'EdDSA', use: 'sig' }]);
  });
});

describe('numbers for administrators', () => {
  test('count requests and errors of each route under one name', async () => {
    const token = await gateway.person('admin');
    await gateway.call('GET', '/api/v1/prompts/one', { token });
    await gateway.call('GET', '/api/v1/prompts/two', { token });
    await gateway.call('GET', '/api/v1/missions', { token });
    await gateway.call('GET', '/nothing/here');
    const { body } = await gateway.call('GET', '/metrics-debug', { token });
    const routes = new Map((body.routes as { route: string }[]).map((each) => [each.route, each]));
    expect(routes.get('GET /api/v1/prompts/{id}')).toMatchObject({
      requests: 2,
      errors: 0,
      p99_ms: expect.any(Number),
    });
    expect(routes.get('GET /api/v1/missions')).toMatchObject({ requests: 1, errors: 1 });
    expect(routes.get('no route')).toMatchObject({ errors: 0 });
  });
});
