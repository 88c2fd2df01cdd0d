import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { operator, RegistryUnderTest, serviceOf } from './registry-under-test.js';

let registry: RegistryUnderTest;
beforeAll(async () => {
  registry = await RegistryUnderTest.start();
  await registry.call('POST', '/v1/agents/register', { body: GOOD.agent });
  await registry.call('POST', '/v1/prompts', { body: { id: 'p', ...GOOD.prompt } });
  await registry.call('POST', '/v1/models', { body: { id: 'm', ...GOOD.model } });
  await registry.call('POST', '/v1/resources', { body: { id: 'r', ...GOOD.resource } });
});
afterAll(() => registry.close());

const GOOD = {
  agent: { agent_id: 'c:a', name: 'A' },
  prompt: { name: 'P', location: 'p', content: 'x' },
  model: { name: 'M', purpose: 'm', provider: 'openai', model: 'x' },
  resource: { name: 'r', type: 'database' },
};

/** Every route that takes a body, with one it accepts. */
const BODIES: [method: string, path: string, good: Record<string, unknown>][] = [
  ['POST', '/v1/agents/register', GOOD.agent],
  ['POST', '/v1/agents/c:a/heartbeat', {}],
  ['POST', '/v1/agents/c:a/token', {}],
  ['POST', '/v1/containers/c/tokens', {}],
  ['POST', '/internal/credentials/verify', { token: 'x' }],
  ['POST', '/v1/prompts', GOOD.prompt],
  ['PUT', '/v1/prompts/p', GOOD.prompt],
  ['PUT', '/v1/prompts/p/rollout', { candidate: null, percent: 0 }],
  ['POST', '/v1/models', GOOD.model],
  ['PUT', '/v1/models/m', GOOD.model],
  ['PUT', '/v1/models/m/rollout', { candidate: null, percent: 0 }],
  ['POST', '/v1/resources', GOOD.resource],
  ['PUT', '/v1/resources/r', GOOD.resource],
  ['PUT', '/v1/resources/r/rollout', { candidate: null, percent: 0 }],
];

const send = (method: string, path: string, body?: unknown) =>
  registry.call(method, path, {
    as: path.startsWith('/internal') ? serviceOf('gateway') : operator(),
    ...(body !== undefined && { body }),
  });

describe.each(BODIES)('%s %s', (method, path, good) => {
  it.each([
    ['text that is not JSON', '{"a":', 400],
    ['a prototype', '{"__proto__":{"role":"admin"}}', 400],
    ['a constructor', '{"metadata":{"constructor":1}}', 400],
    ['the character U+0000', '{"name":"a\\u0000b"}', 400],
    ['200,000 levels', '['.repeat(200_000), 400],
    ['1.1 MB', JSON.stringify({ name: 'x'.repeat(1_100_000) }), 413],
  ])('refuses %s', async (_, body, status) => {
    const answer = await send(method, path, body);
    expect(answer.body).toMatchObject({
      status,
      type: expect.stringMatching(/^\/problems\//),
      trace_id: expect.any(String),
    });
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  });

  it('refuses what is not an object and names keys it does not know', async () => {
    for (const body of ['[]', '"x"', '7']) expect((await send(method, path, body)).body.errors[0].pointer).toBe('');
    const unknown = await send(method, path, { ...good, surprise: 1, organization_id: 'x', role: 'admin' });
    expect(unknown.status).toBe(422);
    const pointers = (unknown.body.errors as { pointer: string }[]).map(({ pointer }) => pointer);
    expect(pointers).toEqual(expect.arrayContaining(['/surprise', '/organization_id', '/role']));
  });

  it('names every member of the wrong type', async () => {
    for (const member of Object.keys(good).filter((name) => name !== 'candidate')) {
      for (const wrong of [true, { a: 1 }, [[1]], -1.5]) {
        const { status, body } = await send(method, path, { ...good, [member]: wrong });
        expect([member, wrong, status, body.errors?.[0]?.pointer]).toEqual([member, wrong, 422, `/${member}`]);
      }
    }
  });

  it('answers anything with a problem and never with a fault of its own', async () => {
    const members = fc.constantFrom(
      ...[
        'agent_id',
        'name',
        'type',
        'version',
        'capabilities',
        'container_id',
        'instance_id',
        'fingerprint',
        'labels',
      ],
      ...[
        'metadata',
        'status',
        'metrics',
        'expires_in_seconds',
        'overlap_seconds',
        'token',
        'id',
        'location',
        'content',
      ],
      ...['variables', 'purpose', 'provider', 'model', 'parameters', 'pricing', 'config', 'candidate', 'percent'],
    );
    const anything = fc.dictionary(members, fc.jsonValue(), { maxKeys: 5 });
    await fc.assert(
      fc.asyncProperty(anything, async (body) => {
        const answer = await send(method, path, { ...good, ...body });
        expect(answer.status).toBeLessThan(500);
        if (answer.status === 422) expect(answer.body.errors?.length ?? 0).toBeGreaterThan(0);
      }),
      { numRuns: 40 },
    );
  });
});

describe('identifiers in the path', () => {
  const bad = ['UPPER', 'a%20b', '..%2f..', 'a:b:c', '%00', 'x'.repeat(64), 'versions', "a'--"];
  const paths = (id: string): [string, string, string][] => [
    ['GET', `/v1/agents/${id}`, '/param/agent_id'],
    ['DELETE', `/v1/agents/${id}`, '/param/agent_id'],
    ['POST', `/v1/agents/${id}/heartbeat`, '/param/agent_id'],
    ['POST', `/v1/agents/${id}/retire`, '/param/agent_id'],
    ['POST', `/v1/agents/${id}/token`, '/param/agent_id'],
    ...['prompts', 'models', 'resources'].flatMap((collection): [string, string, string][] => [
      ['GET', `/v1/${collection}/${id}`, '/param/id'],
      ['DELETE', `/v1/${collection}/${id}`, '/param/id'],
      ['GET', `/v1/${collection}/${id}/versions`, '/param/id'],
      ['POST', `/v1/${collection}/${id}/versions/1/activate`, '/param/id'],
    ]),
  ];

  it.each(bad)('%j is refused on every route', async (id) => {
    for (const [method, path, pointer] of paths(id)) {
      const { status, body } = await send(method, path);
      expect([method, path, status, body.errors?.[0]?.pointer]).toEqual([method, path, 422, pointer]);
    }
  });

  it('are refused in fetches and versions too', async () => {
    for (const [path, pointer] of [
      ['/v1/prompts/by-location/a%20b', '/param/location'],
      ['/v1/models/by-purpose/%00', '/param/purpose'],
      ['/v1/resources/by-name/..%2fx', '/param/name'],
      ['/internal/organizations/UPPER', '/param/slug'],
    ] as const) {
      expect((await send('GET', path)).body.errors[0].pointer).toBe(pointer);
    }
    for (const version of ['0', '-1', 'x', '1.5', '99999999999']) {
      const { body } = await send('POST', `/v1/prompts/p/versions/${version}/activate`);
      expect([version, body.status, body.errors?.[0]?.pointer]).toEqual([version, 422, '/param/version']);
    }
    expect((await send('POST', '/v1/containers/UP/tokens', {})).body.errors[0].pointer).toBe('/param/container_id');
  });
});

describe('queries', () => {
  it.each([
    ['/v1/agents?limit=0', '/query/limit'],
    ['/v1/agents?limit=201', '/query/limit'],
    ['/v1/agents?limit=x', '/query/limit'],
    ['/v1/agents?limit=1&limit=2', '/query/limit'],
    ['/v1/agents?status=alive', '/query/status'],
    ['/v1/agents?min_trust=750', '/query/min_trust'],
    ['/v1/agents?min_trust=x', '/query/min_trust'],
    ['/v1/agents?label==x', '/query/label'],
    ['/v1/agents?framework=', '/query/framework'],
    ['/v1/agents?type=%00', '/query/type'],
    ['/v1/agents?capability=a&capability=b', '/query/capability'],
    ['/v1/agents?cursor=zzz', '/query/cursor'],
    ['/v1/agents?cursor=WyJcdTAwMDAiXQ', '/query/cursor'],
    ['/v1/agents?surprise=1', '/query/surprise'],
    ['/v1/prompts?include_archived=yes', '/query/include_archived'],
    ['/v1/models?cursor=zzz', '/query/cursor'],
    ['/v1/resources?limit=-1', '/query/limit'],
    ['/v1/prompts/p/versions?cursor=WyJ4Il0', '/query/cursor'],
  ])('GET %s names the fault', async (path, pointer) => {
    const { status, body } = await send('GET', path);
    expect([status, body.errors?.[0]?.pointer]).toEqual([422, pointer]);
  });

  it('of other verbs are looked at too', async () => {
    expect((await send('DELETE', '/v1/agents/c:a?instance_id=a%20b')).body.errors[0].pointer).toBe(
      '/query/instance_id',
    );
    expect((await send('PUT', '/v1/prompts/p?activate=maybe', GOOD.prompt)).body.errors[0].pointer).toBe(
      '/query/activate',
    );
  });
});

describe('what does not fit together', () => {
  it.each([
    ['POST', '/v1/agents/register', { agent_id: 'c:a', name: 'A', container_id: 'd' }, '/container_id'],
    ['POST', '/v1/agents/register', { agent_id: 'register', name: 'A' }, '/agent_id'],
    ['POST', '/v1/prompts', { ...GOOD.prompt, id: 'by-location' }, '/id'],
    ['PUT', '/v1/prompts/p', { ...GOOD.prompt, id: 'q' }, '/id'],
    ['PUT', '/v1/prompts/p', { ...GOOD.prompt, location: 'elsewhere' }, '/location'],
    ['PUT', '/v1/prompts/p/rollout', { percent: 5 }, '/candidate'],
  ])('%s %s %j names %s', async (method, path, body, pointer) => {
    const answer = await send(method, path, body);
    expect([answer.status, answer.body.errors?.[0]?.pointer]).toEqual([422, pointer]);
  });

  it('and is too large, is refused with the member’s name', async () => {
    const big = { a: 'x'.repeat(20_000) };
    const many = Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`k${i}`, 'v']));
    const answer = await send('POST', '/v1/agents/register', {
      ...GOOD.agent,
      name: 'x'.repeat(201),
      capabilities: Array.from({ length: 101 }, (_, i) => `c${i}`),
      labels: many,
      metadata: big,
      fingerprint: { code: 'x'.repeat(201), other: 1 },
    });
    const pointers = (answer.body.errors as { pointer: string }[]).map(({ pointer }) => pointer);
    expect(pointers.sort()).toEqual([
      '/capabilities',
      '/fingerprint/code',
      '/fingerprint/other',
      '/labels',
      '/metadata',
      '/name',
    ]);
  });
});

describe('callers without a signed identity', () => {
  it('get nothing but health', async () => {
    for (const [method, path] of [
      ...BODIES,
      ['GET', '/v1/agents'],
      ['GET', '/v1/prompts/by-location/p'],
      ['GET', '/internal/organizations'],
    ]) {
      const answer = await registry.call(method as string, path as string, { as: null });
      expect([path, answer.status]).toEqual([path, 401]);
    }
    expect((await registry.call('GET', '/health', { as: null })).body).toMatchObject({
      status: 'healthy',
      service: 'registry',
    });
    const ready = await registry.call('GET', '/readiness', { as: null });
    expect(ready.body).toMatchObject({
      status: 'ready',
      checks: { postgres: { status: 'ok' }, redis: { status: 'ok' } },
    });
  });
});

describe('organizations', () => {
  it('are told to services', async () => {
    const acme = await registry.organization('acme');
    const list = await send('GET', '/internal/organizations');
    expect(list.body).toEqual({ items: [acme, operator().organization] });
    expect((await send('GET', '/internal/organizations/acme')).body).toEqual(acme);
    expect((await send('GET', '/internal/organizations/nobody')).status).toBe(404);
  });
});
