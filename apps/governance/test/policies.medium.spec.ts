import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@agion/testing';
import { agent, container, policy } from './policy-calls.js';
import {
  type Answer,
  type Call,
  call,
  person,
  type RunningGovernance,
  startGovernance,
  trail,
} from './running-governance.js';

let running: RunningGovernance;

beforeAll(async () => {
  running = await startGovernance();
}, 60_000);
afterAll(() => running.stop());

const to = (method: string, path: string, options: Call = {}): Promise<Answer> =>
  call(running.url(), method, `/v1/policies${path}`, options);
const create = (id: string, spec = {}, as = person('operator')): Promise<Answer> =>
  to('POST', '', { as, body: policy(id, spec) });

describe('a policy', () => {
  it('lives through versions under its id, each change with a revision and a fact', async () => {
    const created = await create('life', { condition: 'agent.trust > 0.5' });
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({
      apiVersion: 'agion/v1',
      kind: 'Policy',
      metadata: { id: 'life' },
      spec: { status: 'active', effect: 'allow', condition: 'agent.trust > 0.5', tier: 'agent' },
      version: 1,
      created_by: 'user:ada',
    });
    const read = await to('GET', '/life', { as: person('viewer') });
    expect(read.body).toEqual(created.body);
    expect(read.headers.get('etag')).toBe(created.headers.get('etag'));

    const changed = await to('PUT', '/life', { body: policy('life', { effect: 'deny' }) });
    expect(changed).toMatchObject({ status: 200, body: { version: 2, spec: { effect: 'deny' } } });

    const versions = await to('GET', '/life/versions', { as: person('viewer') });
    expect(versions.body).toMatchObject({
      items: [
        { version: 2, current: true, document: { spec: { effect: 'deny' } } },
        { version: 1, current: false, document: { spec: { effect: 'allow' } } },
      ],
      next_cursor: null,
    });

    const back = await to('POST', '/life/versions/1/activate');
    expect(back).toMatchObject({ status: 200, body: { version: 1, spec: { effect: 'allow' } } });
    expect((await to('GET', '/life')).body.version).toBe(1);

    expect((await to('DELETE', '/life')).status).toBe(204);
    expect((await to('DELETE', '/life')).status).toBe(204);
    expect((await to('GET', '/life')).body.spec.status).toBe('archived');
    expect(await to('PUT', '/life', { body: policy('life') })).toMatchObject({
      status: 409,
      body: { detail: 'the policy `life` is archived' },
    });
    expect((await to('POST', '/life/versions/2/activate')).status).toBe(409);
    expect(await create('life')).toMatchObject({ status: 409, body: { type: '/problems/conflict' } });

    await eventually(async () => {
      const { body } = await trail(running, '?subject_kind=policy&subject_id=life');
      expect(body.items.map(({ type, details }) => [type, (details as { revision: number }).revision])).toEqual([
        ['policy.archived', 4],
        ['policy.activated', 3],
        ['policy.changed', 2],
        ['policy.created', 1],
      ]);
      expect(body.items[3]).toMatchObject({ actor: { kind: 'user', id: 'ada' }, source: 'governance' });
    });
  });

  it('is sent back as it was read, and then is the next version', async () => {
    const { body } = await create('echo');
    const sent = await to('PUT', '/echo', { body });
    expect(sent).toMatchObject({ status: 200, body: { version: 2 } });
    expect(await to('PUT', '/echo', { body })).toMatchObject({ status: 409, body: { version: 2 } });
  });

  it('is changed only where it is still what the caller has read', async () => {
    const created = await create('guarded');
    const etag = created.headers.get('etag') ?? '';
    const first = await to('PUT', '/guarded', { body: policy('guarded'), headers: { 'if-match': etag } });
    expect(first.status).toBe(200);
    const second = await to('PUT', '/guarded', { body: policy('guarded'), headers: { 'if-match': etag } });
    expect(second).toMatchObject({ status: 409, body: { detail: expect.stringContaining('it is at version 2 now') } });
    const third = await to('PUT', '/guarded', {
      body: policy('guarded'),
      headers: { 'if-match': first.headers.get('etag') ?? '' },
    });
    expect(third.status).toBe(200);
  });

  it('may be prepared: a version that does not count yet, or a draft', async () => {
    await create('prepared');
    const prepared = await to('PUT', '/prepared?activate=false', { body: policy('prepared', { effect: 'deny' }) });
    expect(prepared.body).toMatchObject({ version: 2, spec: { effect: 'deny' } });
    expect((await to('GET', '/prepared')).body).toMatchObject({ version: 1, spec: { effect: 'allow' } });
    await create('sketch', { status: 'draft' });
    expect((await to('POST', '/sketch/versions/1/activate')).body).toMatchObject({
      version: 1,
      spec: { status: 'active' },
    });
    expect((await to('PUT', '/sketch', { body: policy('sketch', { status: 'draft' }) })).body.spec.status).toBe(
      'draft',
    );
  });

  it('is created once under an Idempotency-Key', async () => {
    const headers = { 'idempotency-key': 'once' };
    const first = await to('POST', '', { body: policy('once'), headers });
    const second = await to('POST', '', { body: policy('once'), headers });
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.body).toEqual(first.body);
  });

  it('is answered with 304 where the caller has it', async () => {
    const { headers } = await create('same');
    const again = await to('GET', '/same', { headers: { 'if-none-match': headers.get('etag') ?? '' } });
    expect([again.status, again.text]).toEqual([304, '']);
  });
});

describe('the list', () => {
  it('comes in the order of ids, page by page, and is searched by status and tier', async () => {
    const ids = ['list-a', 'list-b', 'list.c', 'list_d'];
    for (const id of ids) await create(id);
    await create('list-draft', { status: 'draft' });
    await create('list-high', { tier: 'organization' }, person('admin'));
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const { body }: Answer = await to('GET', `?limit=2${cursor && `&cursor=${cursor}`}`);
      seen.push(...body.items.map((item: { metadata: { id: string } }) => item.metadata.id));
      cursor = body.next_cursor;
    }
    expect(seen).toEqual([...seen].sort());
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual(expect.arrayContaining([...ids, 'list-draft', 'list-high']));
    const idsOf = async (query: string): Promise<string[]> =>
      (await to('GET', query)).body.items.map((item: { metadata: { id: string } }) => item.metadata.id);
    expect(await idsOf('?tier=organization')).toEqual(['list-high']);
    expect(await idsOf('?status=draft&limit=200')).toContain('list-draft');
    expect(await idsOf('?status=draft&limit=200')).not.toContain('list-a');
  });
});

describe('who may', () => {
  it('write what: operators for agents, admins for the organization, nobody for the installation', async () => {
    const organization = { tier: 'organization' };
    expect((await create('viewers', {}, person('viewer'))).status).toBe(403);
    expect((await create('agents', {}, agent('demo:echo'))).status).toBe(403);
    for (const tier of ['organization', undefined])
      expect(await create('org', { tier }, person('operator'))).toMatchObject({
        status: 403,
        body: {
          detail: expect.stringMatching(/^`\/spec\/tier` is `organization`.* needs the role `admin`$/),
          hint: expect.stringContaining('`tier: agent`, which an operator may'),
        },
      });
    expect((await create('org', organization, person('admin'))).status).toBe(201);
    expect((await create('all', { tier: 'platform' }, person('admin'))).status).toBe(403);
    // not even by making it the agents'
    expect((await to('PUT', '/org', { body: policy('org') })).status).toBe(403);
    expect((await to('DELETE', '/org')).status).toBe(403);
    expect((await to('POST', '/org/versions/1/activate')).status).toBe(403);
    await create('raised');
    expect((await to('PUT', '/raised', { body: policy('raised', organization) })).status).toBe(403);
    expect((await to('PUT', '/raised', { as: person('admin'), body: policy('raised', organization) })).status).toBe(
      200,
    );
    expect((await to('POST', '/raised/versions/1/activate')).status).toBe(403);
    // nor by going back to what an admin had written
    await to('PUT', '/raised', { as: person('admin'), body: policy('raised') });
    expect((await to('POST', '/raised/versions/2/activate')).status).toBe(403);
    expect((await to('POST', '/raised/versions/1/activate')).status).toBe(200);
  });

  it('read: people with a role; agents only what they decide by', async () => {
    await create('readable');
    for (const path of ['', '/readable', '/readable/versions']) {
      expect([path, (await to('GET', path, { as: person('viewer') })).status]).toEqual([path, 200]);
      expect([path, (await to('GET', path, { as: person(null) })).status]).toEqual([path, 403]);
      expect([path, (await to('GET', path, { as: agent('demo:echo') })).status]).toEqual([path, 403]);
      expect([path, (await to('GET', path, { as: container('demo') })).status]).toEqual([path, 403]);
    }
  });

  it('see it: nobody of another organization', async () => {
    await create('ours');
    const theirs = person('admin', running.acme);
    expect((await to('GET', '/ours', { as: theirs })).status).toBe(404);
    expect((await to('GET', '/ours/versions', { as: theirs })).status).toBe(404);
    expect((await to('PUT', '/ours', { as: theirs, body: policy('ours') })).status).toBe(404);
    expect((await to('DELETE', '/ours', { as: theirs })).status).toBe(404);
    expect((await to('POST', '/ours/versions/1/activate', { as: theirs })).status).toBe(404);
    expect((await to('GET', '', { as: theirs })).body.items).toEqual([]);
    expect((await to('GET', '?agent_id=demo:echo', { as: theirs })).body).toMatchObject({ revision: 0, policies: [] });
    expect((await create('ours', { effect: 'deny' }, theirs)).body).toMatchObject({ version: 1 });
    expect((await to('GET', '/ours')).body.spec.effect).toBe('allow');
  });
});
