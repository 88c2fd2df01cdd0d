import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RegistryUnderTest } from './registry-under-test.js';
import { GOOD, makeOneOfEach, sender } from './routes-under-test.js';

let registry: RegistryUnderTest;
const send = sender(() => registry);
beforeAll(async () => {
  registry = await RegistryUnderTest.start();
  await makeOneOfEach(send);
});
afterAll(() => registry.close());

describe('identifiers in the path', () => {
  const bad = ['UPPER', 'a%20b', '..%2f..', 'a:b:c', '%00', 'x'.repeat(64), "a'--"];
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

  it('may be a word of the routes where an agent is asked about, and nowhere else', async () => {
    for (const [method, path, pointer] of paths('versions')) {
      const { status, body } = await send(method, path);
      const ofAgent = pointer === '/param/agent_id';
      expect([method, path, status, body.errors?.[0]?.pointer]).toEqual(
        ofAgent ? [method, path, 404, undefined] : [method, path, 422, pointer],
      );
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
    for (const version of ['0', '-1', 'x', '1.5', '99999999999', '1e1', '0x1', '%201', '01', '+1']) {
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
    ['/v1/agents?limit=0x10', '/query/limit'],
    ['/v1/agents?limit=1e1', '/query/limit'],
    ['/v1/agents?limit=', '/query/limit'],
    ['/v1/agents?limit=%207', '/query/limit'],
    ['/v1/agents?min_trust=', '/query/min_trust'],
    ['/v1/agents?min_trust=5e-1', '/query/min_trust'],
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
