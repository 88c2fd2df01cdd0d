import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@agion/testing';
import { CHANNELS, HEADERS, rolloutBucket } from '@agion/wire';
import { agent, operator, RegistryUnderTest, viewer } from './registry-under-test.js';

let registry: RegistryUnderTest;
beforeAll(async () => {
  registry = await RegistryUnderTest.start();
});
afterAll(() => registry.close());

interface Kind {
  collection: string;
  fetch: (key: string) => string;
  body: (key: string, mark: string) => Record<string, unknown>;
  markOf: (document: Record<string, unknown>) => unknown;
  keyField: string;
  notice: string;
}

const KINDS: Kind[] = [
  {
    collection: 'prompts',
    fetch: (key) => `/v1/prompts/by-location/${key}`,
    body: (key, mark) => ({ name: 'A prompt', location: key, content: mark, metadata: { z: 1, a: { y: 2, b: 3 } } }),
    markOf: ({ content }) => content,
    keyField: 'location',
    notice: 'prompt.updated',
  },
  {
    collection: 'models',
    fetch: (key) => `/v1/models/by-purpose/${key}`,
    body: (key, mark) => ({
      name: 'A model',
      purpose: key,
      provider: 'openai',
      model: mark,
      parameters: { temperature: 0.2, max_tokens: 5, nested: { z: 1, a: 2 } },
    }),
    markOf: ({ model }) => model,
    keyField: 'purpose',
    notice: 'model.updated',
  },
  {
    collection: 'resources',
    fetch: (key) => `/v1/resources/by-name/${key}`,
    body: (key, mark) => ({ name: key, type: 'database', config: { z: 1, mark }, credential_ref: 'env:SALES_DB_URL' }),
    markOf: ({ config }) => (config as { mark: unknown }).mark,
    keyField: 'name',
    notice: 'resource.updated',
  },
];

const create = (kind: Kind, key: string, mark: string, more: object = {}, as = operator(), headers = {}) =>
  registry.call('POST', `/v1/${kind.collection}`, { as, headers, body: { ...kind.body(key, mark), ...more } });
const put = (
  kind: Kind,
  id: string,
  key: string,
  mark: string,
  { query = '', ...call }: { query?: string; headers?: Record<string, string> } = {},
) => registry.call('PUT', `/v1/${kind.collection}/${id}${query}`, { body: kind.body(key, mark), ...call });
const fetchBy = (kind: Kind, key: string, headers: Record<string, string> = {}, as = agent('some:agent')) =>
  registry.call('GET', kind.fetch(key), { as, headers });

describe.each(KINDS)('$collection', (kind) => {
  it('are made, fetched by key, and fetched again for nothing', async () => {
    const created = await create(kind, 'first', 'one', { id: 'first-id' });
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({ id: 'first-id', [kind.keyField]: 'first', version: 1 });
    const fetched = await fetchBy(kind, 'first');
    expect(fetched.status).toBe(200);
    expect(fetched.body).toEqual(created.body);
    const etag = fetched.headers.get('etag') ?? '';
    expect(etag).toMatch(/^"[\w-]+"$/);
    expect(created.headers.get('etag')).toBe(etag);

    const unchanged = await fetchBy(kind, 'first', { 'if-none-match': etag });
    expect([unchanged.status, unchanged.text, unchanged.headers.get('etag')]).toEqual([304, '', etag]);
    const byId = await registry.call('GET', `/v1/${kind.collection}/first-id`, { as: viewer() });
    expect([byId.text, byId.headers.get('etag')]).toEqual([fetched.text, etag]);
  });

  it('get an id of their own where none is chosen', async () => {
    const { body } = await create(kind, 'unnamed', 'one');
    expect(body.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
    expect((await registry.call('GET', `/v1/${kind.collection}/${body.id}`)).status).toBe(200);
  });

  it('have versions: a change is served at once, a step back too', async () => {
    await create(kind, 'versioned', 'one', { id: 'versioned' });
    const second = await put(kind, 'versioned', 'versioned', 'two');
    expect([second.status, second.body.version]).toEqual([200, 2]);
    const fetched = await fetchBy(kind, 'versioned');
    expect([kind.markOf(fetched.body), fetched.body.version, fetched.headers.get('etag')]).toEqual([
      'two',
      2,
      second.headers.get('etag'),
    ]);

    const back = await registry.call('POST', `/v1/${kind.collection}/versioned/versions/1/activate`);
    expect([back.status, back.body.version]).toEqual([200, 1]);
    expect(kind.markOf((await fetchBy(kind, 'versioned')).body)).toBe('one');
    expect((await put(kind, 'versioned', 'versioned', 'three')).body.version).toBe(3);

    const versions = await registry.call('GET', `/v1/${kind.collection}/versioned/versions?limit=2`);
    expect(
      versions.body.items.map(({ version, active }: { version: number; active: boolean }) => [version, active]),
    ).toEqual([
      [3, true],
      [2, false],
    ]);
    const rest = await registry.call(
      'GET',
      `/v1/${kind.collection}/versioned/versions?cursor=${versions.body.next_cursor}`,
    );
    expect(rest.body).toMatchObject({
      items: [{ version: 1, active: false, created_by: 'user:olga' }],
      next_cursor: null,
    });
    expect(kind.markOf(rest.body.items[0].document)).toBe('one');
    expect((await registry.call('POST', `/v1/${kind.collection}/versioned/versions/9/activate`)).body.type).toBe(
      '/problems/version-not-found',
    );
  });

  it('refuse a change that is based on something older', async () => {
    const created = await create(kind, 'matched', 'one', { id: 'matched' });
    const etag = created.headers.get('etag') ?? '';
    const second = await put(kind, 'matched', 'matched', 'two', { headers: { 'if-match': etag } });
    expect(second.status).toBe(200);
    const late = await put(kind, 'matched', 'matched', 'late', { headers: { 'if-match': etag } });
    expect(late.body).toMatchObject({
      status: 409,
      type: '/problems/conflict',
      hint: expect.stringContaining('read it again'),
    });
    const read = (await registry.call('GET', `/v1/${kind.collection}/matched`)).body as object;
    expect((await registry.call('PUT', `/v1/${kind.collection}/matched`, { body: read })).body.version).toBe(3);
    expect((await registry.call('PUT', `/v1/${kind.collection}/matched`, { body: read })).status).toBe(409);
  });

  it('lose no change of many at once', async () => {
    await create(kind, 'busy', 'one', { id: 'busy' });
    const answers = await Promise.all(Array.from({ length: 6 }, (_, i) => put(kind, 'busy', 'busy', `m${i}`)));
    expect(answers.map(({ body }) => body.version as number).sort()).toEqual([2, 3, 4, 5, 6, 7]);
  });

  it('serve a candidate to its share of the agents, each always the same', async () => {
    await create(kind, 'rolled', 'old', { id: 'rolled' });
    expect((await put(kind, 'rolled', 'rolled', 'new', { query: '?activate=false' })).body.version).toBe(2);
    expect(kind.markOf((await fetchBy(kind, 'rolled')).body)).toBe('old');
    const roll = (body: object) => registry.call('PUT', `/v1/${kind.collection}/rolled/rollout`, { body });
    expect((await roll({ candidate: 2, percent: 30 })).body).toEqual({ active_version: 1, candidate: 2, percent: 30 });

    for (const [bucket, mark] of [
      ['0', 'new'],
      ['29', 'new'],
      ['30', 'old'],
      ['99', 'old'],
    ] as const) {
      expect(kind.markOf((await fetchBy(kind, 'rolled', { [HEADERS.rolloutBucket]: bucket })).body)).toBe(mark);
    }
    for (const id of ['a:one', 'a:two', 'a:three', 'a:four', 'a:five', 'a:six']) {
      const expected = rolloutBucket(id) < 30 ? 'new' : 'old';
      expect(kind.markOf((await fetchBy(kind, 'rolled', {}, agent(id))).body)).toBe(expected);
    }
    const versions = await registry.call('GET', `/v1/${kind.collection}/rolled/versions`);
    expect(versions.body.items[0]).toMatchObject({ version: 2, active: false, candidate_percent: 30 });

    expect((await roll({ candidate: 7, percent: 5 })).body.type).toBe('/problems/version-not-found');
    expect((await roll({ candidate: 1, percent: 5 })).body.errors[0].pointer).toBe('/candidate');
    expect((await roll({ candidate: 2, percent: 0 })).body).toEqual({ active_version: 1, candidate: null, percent: 0 });
    expect(kind.markOf((await fetchBy(kind, 'rolled', { [HEADERS.rolloutBucket]: '0' })).body)).toBe('old');
  });

  it('are archived: gone for agents, kept for the record, their key free again', async () => {
    await create(kind, 'gone', 'one', { id: 'gone' });
    const archive = () => registry.call('DELETE', `/v1/${kind.collection}/gone`);
    expect((await archive()).status).toBe(204);
    expect((await archive()).status).toBe(204);
    expect((await fetchBy(kind, 'gone')).status).toBe(404);
    const ids = async (query: string) =>
      ((await registry.call('GET', `/v1/${kind.collection}?limit=200${query}`)).body.items as { id: string }[]).map(
        ({ id }) => id,
      );
    expect(await ids('')).not.toContain('gone');
    expect(await ids('&include_archived=true')).toContain('gone');
    expect((await registry.call('GET', `/v1/${kind.collection}/gone`)).body.archived_at).toEqual(expect.any(String));
    expect((await put(kind, 'gone', 'gone', 'two')).status).toBe(409);
    expect((await create(kind, 'gone', 'two', { id: 'gone' })).status).toBe(409);
    expect((await create(kind, 'gone', 'two', { id: 'gone-again' })).status).toBe(201);
    expect((await fetchBy(kind, 'gone')).body.id).toBe('gone-again');
  });

  it('say how to make what is missing', async () => {
    const missing = await fetchBy(kind, 'not-there');
    expect(missing.body).toMatchObject({ status: 404, [kind.keyField]: 'not-there' });
    const body = /-d '(.*)'$/.exec(missing.body.hint as string)?.[1] ?? '';
    const made = await registry.call('POST', `/v1/${kind.collection}`, { body });
    expect(made.status).toBe(201);
    expect((await fetchBy(kind, 'not-there')).status).toBe(200);
  });

  it('are refused twice under one id or key', async () => {
    await create(kind, 'twice', 'one', { id: 'twice' });
    const sameKey = await create(kind, 'twice', 'one', { id: 'other' });
    expect(sameKey.body).toMatchObject({
      status: 409,
      id: 'twice',
      hint: expect.stringContaining(`PUT /api/v1/${kind.collection}/twice`),
    });
    expect((await create(kind, 'elsewhere', 'one', { id: 'twice' })).status).toBe(409);
    const race = await Promise.all(Array.from({ length: 5 }, () => create(kind, 'raced', 'one')));
    expect(race.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409]);
  });

  it('are announced once for every change agents can see', async () => {
    const heard = await registry.hear(CHANNELS.configUpdates);
    await create(kind, 'told', 'one', { id: `told-${kind.collection}` });
    const id = `told-${kind.collection}`;
    await put(kind, id, 'told', 'two');
    await put(kind, id, 'told', 'three', { query: '?activate=false' });
    await registry.call('PUT', `/v1/${kind.collection}/${id}/rollout`, { body: { candidate: 3, percent: 50 } });
    await registry.call('PUT', `/v1/${kind.collection}/${id}/rollout`, { body: { candidate: 3, percent: 50 } });
    await registry.call('POST', `/v1/${kind.collection}/${id}/versions/1/activate`);
    await registry.call('POST', `/v1/${kind.collection}/${id}/versions/1/activate`);
    await put(kind, id, 'changed-key', 'no');
    await registry.call('DELETE', `/v1/${kind.collection}/${id}`);
    await registry.call('DELETE', `/v1/${kind.collection}/${id}`);
    const notice = (version: number): object => ({ type: kind.notice, id, key: 'told', version });
    await eventually(() => expect(heard).toEqual([notice(1), notice(2), notice(3), notice(1), notice(1)]));
  });

  it('are changed by operators only', async () => {
    await create(kind, 'guarded', 'one', { id: 'guarded' });
    const path = `/v1/${kind.collection}/guarded`;
    for (const as of [viewer(), agent('some:agent')]) {
      const answers = await Promise.all([
        create(kind, 'never', 'one', {}, as),
        registry.call('PUT', path, { as, body: kind.body('guarded', 'two') }),
        registry.call('DELETE', path, { as }),
        registry.call('POST', `${path}/versions/1/activate`, { as }),
        registry.call('PUT', `${path}/rollout`, { as, body: { candidate: null, percent: 0 } }),
      ]);
      expect(answers.map(({ status }) => status)).toEqual([403, 403, 403, 403, 403]);
    }
    expect((await fetchBy(kind, 'guarded')).body.version).toBe(1);
  });

  it('answer a repeated Idempotency-Key with the first answer', async () => {
    const key = { 'idempotency-key': `key-${kind.collection}` };
    const first = await create(kind, 'idem', 'one', {}, operator(), key);
    const again = await create(kind, 'idem', 'one', {}, operator(), key);
    expect([again.status, again.body]).toEqual([201, first.body]);
    const other = await create(kind, 'idem-2', 'one', {}, operator(), key);
    expect(other.body).toMatchObject({ status: 422, type: '/problems/idempotency-key-reused' });
  });

  it('are another thing in another organization, under the same names', async () => {
    const acme = await registry.organization(`acme-${kind.collection}`);
    await create(kind, 'same', 'ours', { id: 'same' });
    await create(kind, 'same', 'theirs', { id: 'same' }, operator(acme));
    expect(kind.markOf((await fetchBy(kind, 'same')).body)).toBe('ours');
    expect(kind.markOf((await fetchBy(kind, 'same', {}, agent('x:y', acme))).body)).toBe('theirs');
    expect((await registry.call('DELETE', `/v1/${kind.collection}/same`, { as: operator(acme) })).status).toBe(204);
    expect((await fetchBy(kind, 'same')).status).toBe(200);
    const list = await registry.call('GET', `/v1/${kind.collection}?include_archived=true`, { as: viewer(acme) });
    expect(list.body.items.map(({ id }: { id: string }) => id)).toEqual(['same']);
    expect((await fetchBy(kind, 'first', {}, agent('x:y', acme))).status).toBe(404);
  });
});

describe('secrets', () => {
  it('are refused wherever they are put, with the way out', async () => {
    const answers = await Promise.all([
      create(KINDS[1] as Kind, 'secret', 'm', { parameters: { api_key: 'sk-1' } }),
      create(KINDS[2] as Kind, 'secret', 'm', { config: { auth: { password: 'hunter2' } } }),
      create(KINDS[0] as Kind, 'secret', 'm', { metadata: { token: 'x' } }),
    ]);
    expect(answers.map(({ body }) => body.errors)).toEqual([
      [{ pointer: '/parameters/api_key', detail: expect.stringContaining('credential_ref') }],
      [{ pointer: '/config/auth/password', detail: expect.stringContaining('credential_ref') }],
      [{ pointer: '/metadata/token', detail: expect.stringContaining('credential_ref') }],
    ]);
    expect(JSON.stringify(answers)).not.toMatch(/hunter2|sk-1/);
  });
});
