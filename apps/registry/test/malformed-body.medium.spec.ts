import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DEFAULT_SETTINGS } from '@agion/wire';
import { operator, RegistryUnderTest } from './registry-under-test.js';
import { BODIES, makeOneOfEach, sender } from './routes-under-test.js';

let registry: RegistryUnderTest;
const send = sender(() => registry);
beforeAll(async () => {
  registry = await RegistryUnderTest.start();
  await makeOneOfEach(send);
});
afterAll(() => registry.close());

describe.each(BODIES)('%s %s', (method, path, good) => {
  it.each([
    ['text that is not JSON', '{"a":', 400],
    ['a prototype', '{"__proto__":{"role":"admin"}}', 400],
    ['a constructor', '{"metadata":{"constructor":1}}', 400],
    ['the character U+0000', '{"name":"a\\u0000b"}', 400],
    ['a number too large for one', '{"name":[1e400]}', 400],
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

describe('callers without a signed identity', () => {
  it('get nothing but health', async () => {
    for (const [method, path] of [
      ...BODIES,
      ['GET', '/v1/agents'],
      ['GET', '/v1/prompts/by-location/p'],
      ['GET', '/internal/organizations'],
    ]) {
      const answer = await registry.call(method, path, { as: null });
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
    const settings = DEFAULT_SETTINGS;
    expect(list.body).toEqual({
      items: [
        { ...acme, settings },
        { ...operator().organization, settings },
      ],
    });
    expect((await send('GET', '/internal/organizations/acme')).body).toEqual({ ...acme, settings });
    expect((await send('GET', '/internal/organizations/nobody')).status).toBe(404);
  });
});
