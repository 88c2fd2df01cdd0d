import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { entrySigner } from '@agion/service-kit';
import { asOwner, eventually } from '@agion/testing';
import { DEFAULT_ORGANIZATION, type Principal, STREAMS, streamKey } from '@agion/wire';
import { person, type RunningCoordination, startCoordination } from './running-coordination.js';

const MISSION = {
  name: 'Quarterly report',
  goal: 'A report of the third quarter with two charts',
  plan: [
    { id: 'collect', title: 'Collect', capability: 'data.query', action: 'query_sales', input: { quarter: '2026-Q3' } },
    {
      id: 'draw',
      title: 'Draw',
      agent_id: 'langgraph-v2:chart_generator',
      action: 'draw_chart',
      depends_on: ['collect'],
      timeout_seconds: 60,
      retries: 2,
      requires_approval: true,
      min_trust: 0.6,
    },
  ],
  participants: ['langgraph-v2:chart_generator'],
  budget: { tokens: 100_000, usd: 5 },
  deadline: '2999-01-01T00:00:00Z',
};
const agent: Principal = { ...person(null), kind: 'agent', subject: 'demo:echo', agentId: 'demo:echo' };

let running: RunningCoordination;
beforeAll(async () => {
  running = await startCoordination();
}, 60_000);
afterAll(() => running?.stop());

const count = (name: string): Promise<number> =>
  asOwner(running.database, async (client) => {
    const { rows } = await client.query<{ count: string }>(
      'SELECT count(*) FROM coordination.missions WHERE name = $1',
      [name],
    );
    return Number(rows[0]?.count);
  });

describe('a mission', () => {
  it('is created as a draft, and read as it was created', async () => {
    const { status, body } = await running.post('/v1/missions', MISSION);
    expect(status).toBe(201);
    const created = {
      ...MISSION,
      plan: [
        { ...MISSION.plan[0], depends_on: [] },
        { ...MISSION.plan[1], input: {} },
      ],
      deadline: '2999-01-01T00:00:00.000Z',
      id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7/),
      status: 'draft',
      created_by: 'user:ada',
      created_at: expect.stringMatching(/Z$/),
      updated_at: body.created_at,
    };
    expect(body).toEqual(created);
    const found = await running.get(`/v1/missions/${String(body.id)}`, person('viewer'));
    expect(found).toMatchObject({ status: 200, body: { ...body, recent_events: [] } });
    expect(await running.get(`/v1/missions/${String(body.id)}`, agent)).toMatchObject({ status: 200 });
  });

  it('needs little', async () => {
    const { status, body } = await running.post('/v1/missions', { name: 'Small', goal: 'Little' });
    expect(status).toBe(201);
    expect(body).toMatchObject({ plan: [], participants: [], budget: null, deadline: null });
  });

  it('keeps free-form input as it came', async () => {
    const input = { toString: 'x', list: [[1], [null, { a: 1e-7 }]], '': 'empty', 'a/b~c': '😀' };
    const { body } = await running.post('/v1/missions', { ...MISSION, plan: [{ ...MISSION.plan[0], input }] });
    const found = await running.get(`/v1/missions/${String(body.id)}`);
    expect(found.body.plan).toMatchObject([{ input }]);
  });

  it('leaves a signed audit entry', async () => {
    const { body } = await running.post('/v1/missions', { name: 'Audited', goal: 'x' });
    const stream = streamKey(DEFAULT_ORGANIZATION.slug, STREAMS.audit);
    await eventually(async () => {
      const entry = (await running.entries(stream)).find(({ subject }) => subject?.includes(String(body.id)));
      expect(entry).toMatchObject({ type: 'mission.created', outcome: 'succeeded' });
      expect(JSON.parse(entry?.actor ?? '')).toEqual({ kind: 'user', id: 'ada' });
      expect(entrySigner(stream, entry ?? {}, running.serviceKeys)).toBe('coordination');
    });
    await eventually(async () => {
      const left = await asOwner(running.database, (client) => client.query('SELECT 1 FROM coordination.outbox'));
      expect(left.rowCount).toBe(0);
    });
  });
});

describe('an Idempotency-Key', () => {
  it('makes the same request create once and answer the same', async () => {
    const body = { name: 'Once', goal: 'x' };
    const first = await running.post('/v1/missions', body, { idempotencyKey: 'once' });
    const again = await running.post('/v1/missions', body, { idempotencyKey: 'once' });
    expect(again).toMatchObject({ status: 201, body: first.body });
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(await count('Once')).toBe(1);
  });

  it('creates once when requests come at the same moment', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, () =>
        running.post('/v1/missions', { name: 'Race', goal: 'x' }, { idempotencyKey: 'race' }),
      ),
    );
    expect(await count('Race')).toBe(1);
    for (const { status } of answers) expect([201, 409]).toContain(status); // 409: asked while the first was under way
    expect(answers.map(({ status }) => status)).toContain(201);
  });

  it('is refused for another request, and free again after a refused one', async () => {
    await running.post('/v1/missions', { name: 'First', goal: 'x' }, { idempotencyKey: 'k' });
    const other = await running.post('/v1/missions', { name: 'Other', goal: 'x' }, { idempotencyKey: 'k' });
    expect(other).toMatchObject({ status: 422, body: { type: '/problems/idempotency-key-reused' } });
    expect(await running.post('/v1/missions', { name: '' }, { idempotencyKey: 'l' })).toMatchObject({ status: 422 });
    expect(await running.post('/v1/missions', { name: 'L', goal: 'x' }, { idempotencyKey: 'l' })).toMatchObject({
      status: 201,
    });
  });

  it('belongs to one caller', async () => {
    const body = { name: 'Both', goal: 'x' };
    await running.post('/v1/missions', body, { idempotencyKey: 'b' });
    const grace = person('operator', DEFAULT_ORGANIZATION, 'grace');
    const hers = await running.post('/v1/missions', body, { idempotencyKey: 'b', principal: grace });
    expect(hers.body.created_by).toBe('user:grace');
  });
});

describe('the list', () => {
  it('comes newest first, page by page, each mission once and without its plan', async () => {
    const operator = person('operator', running.acme);
    for (let i = 0; i < 5; i++)
      await running.post('/v1/missions', { ...MISSION, name: `m${i}` }, { principal: operator });
    const names: unknown[] = [];
    let path: string | null = '/v1/missions?limit=2';
    while (path) {
      const { body }: { body: Record<string, unknown> } = await running.get(path, operator);
      const items = body.items as Record<string, unknown>[];
      expect(items.every((item) => !('plan' in item))).toBe(true);
      names.push(...items.map(({ name }) => name));
      const cursor = body.next_cursor as string | null;
      path = cursor && `/v1/missions?limit=2&cursor=${cursor}`;
    }
    expect(names).toEqual(['m4', 'm3', 'm2', 'm1', 'm0']);
    expect((await running.get('/v1/missions?status=draft', operator)).body.items).toHaveLength(5);
    expect((await running.get('/v1/missions?status=running', operator)).body.items).toEqual([]);
  });

  it.each([
    ['status=lost', '/query/status'],
    ['cursor=nonsense', '/query/cursor'],
    [`cursor=${Buffer.from('["x"]').toString('base64url')}`, '/query/cursor'],
    ['limit=1000', '/query/limit'],
    ['sort=name', '/query/sort'],
  ])('is told what is wrong with %s', async (query, pointer) => {
    const { status, body } = await running.get(`/v1/missions?${query}`);
    expect(status).toBe(422);
    expect(body.errors).toEqual([{ pointer, detail: expect.any(String) }]);
  });
});

describe('another organization', () => {
  it('sees nothing of it', async () => {
    const { body } = await running.post('/v1/missions', { name: 'Ours', goal: 'x' });
    const path = `/v1/missions/${String(body.id)}`;
    expect(await running.get(path)).toMatchObject({ status: 200 });
    const theirs = await running.get(path, person('admin', running.acme));
    expect(theirs).toMatchObject({ status: 404, body: { type: '/problems/mission-not-found' } });
  });
});

describe('a request that is not acceptable', () => {
  it.each([randomUUID(), 'not-a-uuid', '%00', '1;DROP'])('finds no mission %s', async (id) => {
    expect(await running.get(`/v1/missions/${id}`)).toMatchObject({
      status: 404,
      body: { type: '/problems/mission-not-found' },
    });
  });

  it('names every fault', async () => {
    const plan = [
      { ...MISSION.plan[1], id: 'a', depends_on: ['a'] },
      { id: 'B!', title: 't', action: 'x' },
    ];
    const { status, headers, body } = await running.post('/v1/missions', { goal: '', plan, extra: 1 });
    expect(status).toBe(422);
    expect(headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    const pointers = (body.errors as { pointer: string }[]).map(({ pointer }) => pointer);
    expect([...new Set(pointers)].sort()).toEqual(['/extra', '/goal', '/name', '/plan/0/depends_on/0', '/plan/1/id']);
  });

  it.each([
    ['is no JSON', '{"name"', '/problems/malformed-request'],
    ['holds U+0000', '{"name":"a\\u0000","goal":"x"}', '/problems/malformed-request'],
    [
      'names a constructor',
      '{"name":"a","goal":"x","plan":[{"input":{"constructor":1}}]}',
      '/problems/malformed-request',
    ],
    ['is a list', '[]', '/problems/validation-failed'],
    ['is nothing', '', '/problems/validation-failed'],
  ])('is refused when it %s', async (_, body, type) => {
    expect((await running.post('/v1/missions', body)).body.type).toBe(type);
  });

  it.each<[string, Principal, string]>([
    ['a viewer', person('viewer'), 'the role `operator`'],
    ['an agent', agent, 'the role `operator`'],
  ])('is refused when %s wants to create', async (_, principal, reason) => {
    const { status, body } = await running.post('/v1/missions', { nonsense: true }, { principal });
    expect(status).toBe(403);
    expect(body.detail).toContain(reason);
  });

  it('is refused when a stranger wants to look', async () => {
    const stranger: Principal = { ...person(null), kind: 'anonymous', subject: 'anonymous' };
    expect((await running.get('/v1/missions', stranger)).status).toBe(403);
    expect((await running.get(`/v1/missions/${randomUUID()}`, stranger)).status).toBe(403);
    expect((await fetch(`${running.url}/v1/missions`)).status).toBe(401);
  });
});
