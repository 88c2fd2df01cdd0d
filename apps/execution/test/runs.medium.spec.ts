import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { asOwner, eventually } from '@agion/testing';
import { DEFAULT_ORGANIZATION, feedKey, type Problem } from '@agion/wire';
import { aUser, startExecution, type ExecutionBench } from './execution.js';

interface RunBody {
  run_id: string;
  thread_id: string;
  status: string;
  owner: string;
  answer: string | null;
  error: { code: string } | null;
}
type Page = { items: RunBody[]; next_cursor: string | null };

const ada = aUser('ada');
const bob = aUser('bob');
const operator = aUser('olga', { role: 'operator' });

describe('runs', () => {
  let bench: ExecutionBench;
  beforeAll(async () => {
    bench = await startExecution();
  });
  afterAll(() => bench?.close());

  const start = (body: object, caller = ada) => bench.call<RunBody & Problem>(caller, 'POST', '/v1/runs', body);
  const get = (id: string, caller = ada) => bench.call<RunBody & Problem>(caller, 'GET', `/v1/runs/${id}`);
  const finished = (id: string, caller = ada): Promise<RunBody> =>
    eventually(async () => {
      const { body } = await get(id, caller);
      expect(['queued', 'running']).not.toContain(body.status);
      return body;
    });

  it('are accepted with 202, worked off, and kept with their answer', async () => {
    const accepted = await start({ run_id: 'weather', thread_id: 't-1', user_message: 'Rain in London?' });
    expect(accepted.status).toBe(202);
    expect(accepted.body).toEqual({ run_id: 'weather', thread_id: 't-1', status: 'queued' });
    const run = await finished('weather');
    expect(run).toMatchObject({ status: 'succeeded', owner: 'user:ada', error: null });
    expect(run.answer).toContain('“Rain in London?”');
    expect(run.answer).toContain('offline demo model');
  });

  it('tell their feed every event once, in order, the end last, and the feed expires', async () => {
    const events = await bench.events('weather');
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index));
    const kinds = events.map(({ kind }) => kind);
    expect(kinds.slice(0, 3)).toEqual(['run.started', 'text.started', 'text.delta']);
    expect(kinds.slice(-2)).toEqual(['text.ended', 'run.finished']);
    const spoken = events.map((event) => (event.kind === 'text.delta' ? event.delta : '')).join('');
    expect(spoken).toBe((await get('weather')).body.answer);
    const ttl = await bench.commands.pttl(feedKey.runEvents(DEFAULT_ORGANIZATION.slug, 'weather'));
    expect(ttl).toBeGreaterThan(3_500_000);
    expect(ttl).toBeLessThanOrEqual(3_600_000);
  });

  it('never have a second turn under the same id', async () => {
    const again = await start({ run_id: 'weather', thread_id: 't-1', user_message: 'Rain in London?' });
    expect(again.status).toBe(202);
    expect(again.body).toEqual({ run_id: 'weather', thread_id: 't-1', status: 'succeeded' });
    const once = await Promise.all(Array.from({ length: 8 }, () => start({ run_id: 'once', user_message: 'Once?' })));
    expect(once.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 202));
    await finished('once');
    expect((await bench.events('once')).filter(({ kind }) => kind === 'run.started')).toHaveLength(1);
  });

  it.each([
    ['question', { user_message: 'Something else?' }],
    ['thread', { thread_id: 't-2', user_message: 'Rain in London?' }],
    ['conversation', { messages: [{ role: 'system', content: 'Be brief.' }], user_message: 'Rain in London?' }],
  ])('are not answered with an older one of another %s', async (_, body) => {
    expect(await start({ run_id: 'weather', ...body })).toMatchObject({
      status: 409,
      body: { type: '/problems/conflict' },
    });
  });

  describe('with an Idempotency-Key', () => {
    const keyed = (key: string, body: object, caller = ada) =>
      bench.call<RunBody & Problem>(caller, 'POST', '/v1/runs', body, { headers: { 'idempotency-key': key } });

    it('are started once, and found again by the same caller only', async () => {
      const all = await Promise.all(Array.from({ length: 4 }, () => keyed('k-1', { user_message: 'Once?' })));
      expect(all.map(({ status }) => status)).toEqual([202, 202, 202, 202]);
      expect(new Set(all.map(({ body }) => `${body.run_id} ${body.thread_id}`)).size).toBe(1);
      const replayed = all.filter(({ headers }) => headers.get('idempotency-replayed') === 'true');
      expect(replayed).toHaveLength(3);
      const bobs = await keyed('k-1', { user_message: 'Once?' }, bob);
      expect(bobs.status).toBe(202);
      expect(bobs.body.run_id).not.toBe(all[0]?.body.run_id);
    });

    it.each([{ user_message: 'Twice?' }, { user_message: 'Once?', thread_id: 't-1' }])(
      'are refused for another request under it: %j',
      async (body) => {
        expect(await keyed('k-1', body)).toMatchObject({
          status: 422,
          body: { type: '/problems/idempotency-key-reused' },
        });
      },
    );

    it('are refused for a key that is none', async () => {
      const { status, body } = await keyed('x'.repeat(201), { user_message: 'x' });
      expect(status).toBe(422);
      expect(body.errors?.map(({ pointer }) => pointer)).toEqual(['/header/idempotency-key']);
    });
  });

  it('belong to their owner: others learn nothing, operators see them', async () => {
    expect(await get('weather', bob)).toMatchObject({ status: 404, body: { type: '/problems/run-not-found' } });
    const taken = await start({ run_id: 'weather', user_message: 'Mine?' }, bob);
    expect(taken).toMatchObject({ status: 409, body: { type: '/problems/conflict' } });
    // A trace id is random hex and may spell the owner's name.
    expect(JSON.stringify({ ...taken.body, trace_id: undefined })).not.toContain('ada');
    expect((await get('weather', operator)).status).toBe(200);
    const own = await bench.call<Problem>(operator, 'GET', '/v1/runs/weather?own=true');
    expect(own.status).toBe(404);
    expect((await bench.call<Problem>(bob, 'POST', '/v1/runs/weather/cancel')).status).toBe(404);
  });

  it('of two organizations may share an id and never meet', async () => {
    const acme = { id: '0199f3a2-7c41-7000-8000-00000000acae', slug: 'acme' };
    const stranger = aUser('ada', { organization: acme });
    expect((await get('weather', stranger)).status).toBe(404);
    expect((await start({ run_id: 'weather', user_message: 'Ours?' }, stranger)).status).toBe(202);
    expect((await finished('weather', stranger)).answer).toContain('“Ours?”');
    expect((await bench.events('weather', acme)).at(-1)).toMatchObject({ kind: 'run.finished' });
    expect((await get('weather')).body.answer).toContain('“Rain in London?”');
  });

  it('are listed by owner, newest first, page by page', async () => {
    const carol = aUser('carol');
    const ids = ['c-1', 'c-2', 'c-3'];
    for (const run_id of ids) await start({ run_id, user_message: 'x' }, carol);
    const first = await bench.call<Page>(carol, 'GET', '/v1/runs?limit=2');
    expect(first.body.items.map(({ run_id }) => run_id)).toEqual(['c-3', 'c-2']);
    const second = await bench.call<Page>(carol, 'GET', `/v1/runs?limit=2&cursor=${first.body.next_cursor}`);
    expect(second.body.items.map(({ run_id }) => run_id)).toEqual(['c-1']);
    expect(second.body.next_cursor).toBeNull();
  });

  it('can be cancelled; their feed ends with that and only that', async () => {
    await start({ run_id: 'stop', user_message: 'Tell me everything.' });
    await eventually(async () => expect((await bench.events('stop')).length).toBeGreaterThan(2));
    const cancelled = await bench.call<RunBody>(ada, 'POST', '/v1/runs/stop/cancel');
    expect(cancelled).toMatchObject({ status: 200, body: { status: 'cancelled', error: { code: 'RUN_CANCELLED' } } });
    const end = await eventually(async () => {
      const events = await bench.events('stop');
      expect(events.some(({ kind }) => kind === 'run.failed')).toBe(true);
      return events;
    });
    expect(end.filter(({ kind }) => kind.startsWith('run.'))).toHaveLength(2);
    expect((await bench.call<RunBody>(ada, 'POST', '/v1/runs/weather/cancel')).body.status).toBe('succeeded');
  });

  it.each([
    ['nothing asked', {}, '/messages'],
    ['no question among the messages', { messages: [{ role: 'assistant', content: 'Hi' }] }, '/messages'],
    ['an unknown role', { messages: [{ role: 'robot', content: 'Hi' }] }, '/messages/0/role'],
    ['an id that could leave its key', { run_id: 'a/b', user_message: 'x' }, '/run_id'],
    ['an empty question', { user_message: '' }, '/user_message'],
    ['an unknown field', { user_message: 'x', model: 'y' }, '/model'],
  ])('are refused for %s, with a pointer', async (_, body, pointer) => {
    const { status, body: problem } = await start(body);
    expect(status).toBe(422);
    expect(problem.errors?.map((fault) => fault.pointer)).toContain(pointer);
  });

  it.each(['a\0b', '\ud83d'])('are refused for text Postgres cannot keep: %j', async (user_message) => {
    expect((await start({ user_message })).status).toBe(400);
  });

  it.each(['%00', 'a%2Fb', 'x'.repeat(150)])('with an impossible id (%s) do not exist', async (id) => {
    expect((await get(id)).status).toBe(404);
  });

  it('refuse a cursor of somebody else’s making', async () => {
    const cursor = Buffer.from('["+275760-09-13T00:00:00.000Z","x"]').toString('base64url');
    for (const each of [cursor, 'x', '%00'])
      expect((await bench.call<Problem>(ada, 'GET', `/v1/runs?cursor=${each}`)).status).toBe(422);
  });

  it('leave nothing unfinished behind', async () => {
    await eventually(async () => {
      const { rows } = await asOwner(bench.database, (client) =>
        client.query(`SELECT id FROM execution.runs WHERE status IN ('queued', 'running')`),
      );
      expect(rows).toEqual([]);
    });
  });

  it('make the service ready only with its servers', async () => {
    const { body } = await bench.call<{ status: string; checks: object }>(ada, 'GET', '/readiness');
    expect(body).toMatchObject({ status: 'ready', checks: { redis: { status: 'ok' } } });
  });
});
