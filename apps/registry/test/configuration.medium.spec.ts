import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { rolloutBucket } from '@agion/wire';
import { ConfigurationCalls, KINDS } from './configuration-calls.js';
import { agent, RegistryUnderTest, viewer } from './registry-under-test.js';

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

  it('are made, fetched by key, and fetched again for nothing', async () => {
    const created = await calls.create('first', 'one', { id: 'first-id' });
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({ id: 'first-id', [kind.keyField]: 'first', version: 1 });
    const fetched = await calls.fetch('first');
    expect(fetched.status).toBe(200);
    expect(fetched.body).toEqual(created.body);
    const etag = fetched.headers.get('etag') ?? '';
    expect(etag).toMatch(/^"[\w-]+"$/);
    expect(created.headers.get('etag')).toBe(etag);

    const unchanged = await calls.fetch('first', { 'if-none-match': etag });
    expect([unchanged.status, unchanged.text, unchanged.headers.get('etag')]).toEqual([304, '', etag]);
    const byId = await registry.call('GET', calls.path('first-id'), { as: viewer() });
    expect([byId.text, byId.headers.get('etag')]).toEqual([fetched.text, etag]);
  });

  it('get an id of their own where none is chosen', async () => {
    const { body } = await calls.create('unnamed', 'one');
    expect(body.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
    expect((await registry.call('GET', calls.path(body.id as string))).status).toBe(200);
  });

  it('have versions: a change is served at once, a step back too', async () => {
    await calls.create('versioned', 'one', { id: 'versioned' });
    const second = await calls.put('versioned', 'two');
    expect([second.status, second.body.version]).toEqual([200, 2]);
    const fetched = await calls.fetch('versioned');
    const seen = [kind.markOf(fetched.body), fetched.body.version, fetched.headers.get('etag')];
    expect(seen).toEqual(['two', 2, second.headers.get('etag')]);

    const back = await calls.activate('versioned', 1);
    expect([back.status, back.body.version]).toEqual([200, 1]);
    expect(kind.markOf((await calls.fetch('versioned')).body)).toBe('one');
    expect((await calls.put('versioned', 'three')).body.version).toBe(3);
    expect((await calls.activate('versioned', 9)).body.type).toBe('/problems/version-not-found');
  });

  it('list their versions from the newest on', async () => {
    await calls.create('listed', 'one', { id: 'listed' });
    await calls.put('listed', 'two');
    await calls.put('listed', 'three');
    const page = await registry.call('GET', `${calls.path('listed')}/versions?limit=2`);
    expect(page.body.items).toMatchObject([
      { version: 3, active: true },
      { version: 2, active: false },
    ]);
    const rest = await registry.call('GET', `${calls.path('listed')}/versions?cursor=${page.body.next_cursor}`);
    const first = { version: 1, active: false, created_by: 'user:olga', candidate_percent: null };
    expect(rest.body).toMatchObject({ items: [first], next_cursor: null });
    expect(kind.markOf(rest.body.items[0].document)).toBe('one');
    expect((await registry.call('GET', `${calls.path('no-such')}/versions`)).status).toBe(404);
  });

  it('refuse a change that is based on something older', async () => {
    const created = await calls.create('matched', 'one', { id: 'matched' });
    const ifMatch = created.headers.get('etag') ?? '';
    expect((await calls.put('matched', 'two', { ifMatch })).status).toBe(200);
    const late = await calls.put('matched', 'late', { ifMatch });
    expect(late.body).toMatchObject({
      status: 409,
      type: '/problems/conflict',
      hint: expect.stringContaining('again'),
    });

    const { body } = await registry.call('GET', calls.path('matched'));
    expect((await registry.call('PUT', calls.path('matched'), { body })).body.version).toBe(3);
    expect((await registry.call('PUT', calls.path('matched'), { body })).status).toBe(409);
    expect((await calls.fetch('matched')).body.version).toBe(3);
  });

  it('take the ETag of any answer for the next change, of a version that is not served too', async () => {
    const etagOf = ({ headers }: { headers: Headers }): string => headers.get('etag') ?? 'none';
    const created = await calls.create('chained', 'one', { id: 'chained' });
    const query = '?activate=false';
    const draft = await calls.put('chained', 'two', { query, ifMatch: etagOf(created) });
    const better = await calls.put('chained', 'three', { query, ifMatch: etagOf(draft) });
    expect([better.status, better.body.version]).toEqual([200, 3]);
    expect((await calls.put('chained', 'late', { query, ifMatch: etagOf(draft) })).status).toBe(409);
    const path = `${calls.path('chained')}?activate=false`;
    expect((await registry.call('PUT', path, { body: draft.body })).status).toBe(409);
    await calls.rollOut('chained', 3, 10);
    const best = await calls.put('chained', 'four', { ifMatch: etagOf(better) });
    expect([best.status, best.body.version]).toEqual([200, 4]);
    const byVersion = await calls.put('chained', 'five', { query });
    expect((await registry.call('PUT', path, { body: byVersion.body })).body.version).toBe(6);
    for (const stale of [created, draft, better]) {
      expect((await calls.put('chained', 'late', { ifMatch: etagOf(stale) })).status).toBe(409);
    }
  });

  it('take the ETag of what is served, also after a step back; not of what was withdrawn', async () => {
    const etagOf = ({ headers }: { headers: Headers }): string => headers.get('etag') ?? 'none';
    await calls.create('stepped', 'one', { id: 'stepped' });
    const second = await calls.put('stepped', 'two');
    const back = await calls.activate('stepped', 1);
    expect((await calls.put('stepped', 'late', { ifMatch: etagOf(second) })).status).toBe(409);
    const third = await calls.put('stepped', 'three', { ifMatch: etagOf(back) });
    expect(third.body.version).toBe(3);

    const draft = await calls.put('stepped', 'four', { query: '?activate=false' });
    await calls.rollOut('stepped', 4, 10);
    await calls.rollOut('stepped', null, 0);
    expect((await calls.put('stepped', 'late', { ifMatch: etagOf(draft) })).status).toBe(409);
    expect((await calls.put('stepped', 'five', { ifMatch: etagOf(third) })).body.version).toBe(5);
  });

  it('lose no change of many at once', async () => {
    await calls.create('busy', 'one', { id: 'busy' });
    const answers = await Promise.all(Array.from({ length: 6 }, (_, i) => calls.put('busy', `m${i}`)));
    expect(answers.map(({ body }) => body.version as number).sort()).toEqual([2, 3, 4, 5, 6, 7]);
  });

  it('serve a candidate to its share of the agents, each always the same', async () => {
    await calls.create('rolled', 'old', { id: 'rolled' });
    expect((await calls.put('rolled', 'new', { query: '?activate=false' })).body.version).toBe(2);
    expect(kind.markOf((await calls.fetch('rolled')).body)).toBe('old');
    expect((await calls.rollOut('rolled', 2, 30)).body).toEqual({ active_version: 1, candidate: 2, percent: 30 });

    const buckets = { '0': 'new', '29': 'new', '30': 'old', '99': 'old' };
    for (const [bucket, mark] of Object.entries(buckets)) {
      expect(kind.markOf((await calls.fetchAs('rolled', bucket)).body)).toBe(mark);
    }
    for (const id of ['a:one', 'a:two', 'a:three', 'a:four', 'a:five', 'a:six']) {
      const expected = rolloutBucket(id) < 30 ? 'new' : 'old';
      expect(kind.markOf((await calls.fetch('rolled', {}, agent(id))).body)).toBe(expected);
    }
    const versions = await registry.call('GET', `${calls.path('rolled')}/versions`);
    expect(versions.body.items[0]).toMatchObject({ version: 2, active: false, candidate_percent: 30 });
  });

  it('end a rollout by 0 percent, by no candidate and by activation', async () => {
    await calls.create('ended', 'old', { id: 'ended' });
    await calls.put('ended', 'new', { query: '?activate=false' });
    const served = async () => kind.markOf((await calls.fetchAs('ended', '0')).body);
    for (const end of [() => calls.rollOut('ended', 2, 0), () => calls.rollOut('ended', null, 50)]) {
      await calls.rollOut('ended', 2, 100);
      expect(await served()).toBe('new');
      expect((await end()).body).toEqual({ active_version: 1, candidate: null, percent: 0 });
      expect(await served()).toBe('old');
    }
    await calls.rollOut('ended', 2, 1);
    await calls.activate('ended', 2);
    expect(kind.markOf((await calls.fetchAs('ended', '99')).body)).toBe('new');
    expect((await calls.rollOut('ended', 7, 5)).body.type).toBe('/problems/version-not-found');
    expect((await calls.rollOut('ended', 2, 5)).body.errors[0].pointer).toBe('/candidate');
  });
});
