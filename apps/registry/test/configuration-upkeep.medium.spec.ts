import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@agion/testing';
import { CHANNELS } from '@agion/wire';
import { ConfigurationCalls, KINDS, type Kind } from './configuration-calls.js';
import { agent, operator, RegistryUnderTest, viewer } from './registry-under-test.js';

let registry: RegistryUnderTest;
beforeAll(async () => {
  registry = await RegistryUnderTest.start();
});
afterAll(() => registry.close());

describe.each(KINDS)('$collection', (kind) => {
  let calls: ConfigurationCalls;
  beforeAll(() => {
    calls = new ConfigurationCalls(registry, kind);
  });
  const idsOf = async (query: string, as = viewer()): Promise<string[]> => {
    const { body } = await registry.call('GET', `/v1/${kind.collection}?limit=200${query}`, { as });
    return (body.items as { id: string }[]).map(({ id }) => id);
  };

  it('are archived: gone for agents, kept for the record, their key free again', async () => {
    await calls.create('gone', 'one', { id: 'gone' });
    expect((await calls.archive('gone')).status).toBe(204);
    expect((await calls.archive('gone')).status).toBe(204);
    expect((await calls.archive('never')).status).toBe(404);
    expect((await calls.fetch('gone')).status).toBe(404);
    expect(await idsOf('')).not.toContain('gone');
    expect(await idsOf('&include_archived=true')).toContain('gone');
    expect((await registry.call('GET', calls.path('gone'))).body.archived_at).toEqual(expect.any(String));
    expect((await calls.put('gone', 'two')).status).toBe(409);
    expect((await calls.create('gone', 'two', { id: 'gone' })).status).toBe(409);
    expect((await calls.create('gone', 'two', { id: 'gone-again' })).status).toBe(201);
    expect((await calls.fetch('gone')).body.id).toBe('gone-again');
  });

  it('are listed page by page', async () => {
    for (const id of ['page-a', 'page-b', 'page-c']) await calls.create(id, 'one', { id });
    const all = await idsOf('');
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const from: string = cursor === null ? '' : `&cursor=${cursor}`;
      const { body } = await registry.call('GET', `/v1/${kind.collection}?limit=2${from}`);
      seen.push(...(body.items as { id: string }[]).map(({ id }) => id));
      cursor = body.next_cursor as string | null;
    } while (cursor !== null);
    expect(seen).toEqual(all);
    expect(seen).toEqual(expect.arrayContaining(['page-a', 'page-b', 'page-c']));
  });

  it('say how to make what is missing', async () => {
    const missing = await calls.fetch('not-there');
    expect(missing.body).toMatchObject({ status: 404, [kind.keyField]: 'not-there' });
    const body = /-d '(.*)'$/.exec(missing.body.hint as string)?.[1] ?? '';
    expect((await registry.call('POST', `/v1/${kind.collection}`, { body })).status).toBe(201);
    expect((await calls.fetch('not-there')).status).toBe(200);
  });

  it('are refused twice under one id or key', async () => {
    await calls.create('twice', 'one', { id: 'twice' });
    const sameKey = await calls.create('twice', 'one', { id: 'other' });
    const hint = expect.stringContaining(`PUT /api/v1/${kind.collection}/twice`);
    expect(sameKey.body).toMatchObject({ status: 409, id: 'twice', hint });
    expect((await calls.create('elsewhere', 'one', { id: 'twice' })).status).toBe(409);
    const race = await Promise.all(Array.from({ length: 5 }, () => calls.create('raced', 'one')));
    expect(race.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409]);
  });

  it('are announced once for every change agents can see', async () => {
    const heard = await registry.hear(CHANNELS.configUpdates);
    const id = `told-${kind.collection}`;
    await calls.create('told', 'one', { id });
    await calls.put(id, 'two', { key: 'told' });
    await calls.put(id, 'three', { key: 'told', query: '?activate=false' });
    await calls.rollOut(id, 3, 50);
    await calls.rollOut(id, 3, 50);
    await calls.activate(id, 1);
    await calls.activate(id, 1);
    expect((await calls.put(id, 'no', { key: 'changed-key' })).status).toBe(422);
    await calls.archive(id);
    await calls.archive(id);
    const notice = (version: number): object => ({ type: kind.notice, id, key: 'told', version });
    await eventually(() => expect(heard).toEqual([notice(1), notice(2), notice(3), notice(1), notice(1)]));
  });

  it('are changed by operators only', async () => {
    await calls.create('guarded', 'one', { id: 'guarded' });
    for (const as of [viewer(), agent('some:agent')]) {
      const answers = await Promise.all([
        calls.create('never', 'one', {}, as),
        calls.put('guarded', 'two', { as }),
        calls.archive('guarded', as),
        calls.activate('guarded', 1, as),
        calls.rollOut('guarded', null, 0, as),
      ]);
      expect(answers.map(({ status }) => status)).toEqual([403, 403, 403, 403, 403]);
    }
    expect((await calls.fetch('guarded')).body.version).toBe(1);
    expect((await calls.fetch('never')).status).toBe(404);
  });

  it('answer a repeated Idempotency-Key with the first answer', async () => {
    const key = { 'idempotency-key': `key-${kind.collection}` };
    const first = await calls.create('idem', 'one', {}, operator(), key);
    const again = await calls.create('idem', 'one', {}, operator(), key);
    expect([again.status, again.body, again.headers.get('idempotency-replayed')]).toEqual([201, first.body, 'true']);
    const other = await calls.create('idem-2', 'one', {}, operator(), key);
    expect(other.body).toMatchObject({ status: 422, type: '/problems/idempotency-key-reused' });
  });

  it('are another thing in another organization, under the same names', async () => {
    const acme = await registry.organization(`acme-${kind.collection}`);
    await calls.create('same', 'ours', { id: 'same' });
    await calls.create('secret-of-ours', 'ours');
    await calls.create('same', 'theirs', { id: 'same' }, operator(acme));
    expect(kind.markOf((await calls.fetch('same')).body)).toBe('ours');
    expect(kind.markOf((await calls.fetch('same', {}, agent('x:y', acme))).body)).toBe('theirs');
    expect((await calls.archive('same', operator(acme))).status).toBe(204);
    expect((await calls.fetch('same')).status).toBe(200);
    expect(await idsOf('&include_archived=true', viewer(acme))).toEqual(['same']);
    expect((await calls.fetch('secret-of-ours', {}, agent('x:y', acme))).status).toBe(404);
  });
});

describe('secrets', () => {
  const [prompt, model, resource] = KINDS as [Kind, Kind, Kind];
  const make = (kind: Kind, more: object) => new ConfigurationCalls(registry, kind).create('secret', 'm', more);

  it('are refused wherever they are put, with the way out', async () => {
    const answers = await Promise.all([
      make(model, { parameters: { api_key: 'sk-1' } }),
      make(resource, { config: { auth: { password: 'hunter2' } } }),
      make(prompt, { metadata: { token: 'x' } }),
    ]);
    const detail = expect.stringContaining('credential_ref') as unknown;
    expect(answers.map(({ body }): unknown => body.errors)).toEqual([
      [{ pointer: '/parameters/api_key', detail }],
      [{ pointer: '/config/auth/password', detail }],
      [{ pointer: '/metadata/token', detail }],
    ]);
    expect(answers.map(({ text }) => text).join()).not.toMatch(/hunter2|sk-1/);
  });

  it('are refused where only their place should be named', async () => {
    const key = `sk-proj-${'a1B2'.repeat(8)}`;
    const answers = await Promise.all([
      make(model, { credential_ref: key }),
      make(resource, { credential_ref: key }),
      make(model, { base_url: 'https://llm.example.com/v1?api_key=zq9xk4' }),
      make(resource, { config: { headers: [{ name: 'Authorization', value: 'zq9xk4' }] } }),
    ]);
    expect(answers.map(({ body }): unknown => body.errors?.[0]?.pointer)).toEqual([
      '/credential_ref',
      '/credential_ref',
      '/base_url',
      '/config/headers/0/value',
    ]);
    expect(answers.map(({ text }) => text).join()).not.toMatch(/a1B2|zq9xk4/);
    expect((await make(model, { credential_ref: 'env:OPENAI_API_KEY' })).status).toBe(201);
  });
});
