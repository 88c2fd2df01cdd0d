import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@agion/testing';
import type { Principal } from '@agion/wire';
import { fact, person, publish, type RunningGovernance, startGovernance, trail } from './running-governance.js';

let running: RunningGovernance;
const beginning = Date.now() - 3_600_000;
const minute = (n: number): Date => new Date(beginning + n * 60_000);
/** Minutes for their times: a test's name stays the same. */
const timed = (query: string): string => query.replace(/\{(\d+)\}/g, (_, n) => minute(Number(n)).toISOString());
const facts = Array.from({ length: 25 }, (_, i) =>
  fact(
    {
      type: i % 5 === 0 ? 'prompt.created' : 'agent.registered',
      actor: { ...person('operator'), subject: i < 10 ? 'ada' : 'grace' },
      subject: { kind: i % 5 === 0 ? 'prompt' : 'agent', id: `thing-${i}` },
      outcome: i === 7 ? 'denied' : 'succeeded',
    },
    minute(Math.floor(i / 5)), // five share a millisecond: their ids decide
  ),
);
const newestFirst = facts
  .map(({ id }, i) => ({ id, at: Math.floor(i / 5) }))
  .sort((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1));

beforeAll(async () => {
  running = await startGovernance();
  for (const entry of facts) await publish(running, entry);
  await eventually(async () => expect((await trail(running, '?limit=200')).body.items).toHaveLength(facts.length));
}, 60_000);
afterAll(() => running.stop());

const idsOf = async (query: string): Promise<unknown[]> =>
  (await trail(running, query)).body.items.map(({ event_id: id }) => id);
const indexesOf = async (query: string): Promise<number[]> =>
  (await idsOf(query)).map((id) => facts.findIndex((entry) => entry.id === id)).sort((a, b) => a - b);

describe('the trail', () => {
  it('comes newest first, page by page, each event once', async () => {
    const seen: unknown[] = [];
    let cursor: string | null = '';
    for (let pages = 0; cursor !== null; pages++) {
      expect(pages).toBeLessThan(5);
      const { body } = await trail(running, `?limit=7${cursor && `&cursor=${cursor}`}`);
      seen.push(...body.items.map(({ event_id: id }) => id));
      cursor = body.next_cursor;
    }
    expect(seen).toEqual(newestFirst.map(({ id }) => id));
  });

  it('shows each event as it was told', async () => {
    const { body } = await trail(running, '?subject_id=thing-7');
    expect(body).toEqual({
      items: [
        {
          event_id: facts[7]?.id,
          type: 'agent.registered',
          actor: { kind: 'user', id: 'ada' },
          subject: { kind: 'agent', id: 'thing-7' },
          outcome: 'denied',
          details: null,
          source: 'registry',
          trace_id: null,
          at: minute(1).toISOString(),
          recorded_at: expect.stringMatching(/Z$/),
        },
      ],
      next_cursor: null,
    });
  });

  it.each([
    ['type=prompt.created', [0, 5, 10, 15, 20]],
    ['subject_kind=prompt&actor=grace', [10, 15, 20]],
    ['outcome=denied', [7]],
    ['subject_id=thing-3', [3]],
    ['actor=nobody', []],
    ['from={3}', [15, 16, 17, 18, 19, 20, 21, 22, 23, 24]],
    ['from={1}&to={2}', [5, 6, 7, 8, 9]],
    ['to={0}', []],
  ])('is searched by %s', async (query, expected) => {
    expect(await indexesOf(`?${timed(query)}&limit=200`)).toEqual(expected);
  });
});

describe('a question that cannot be answered', () => {
  it.each([
    ['limit=0', '/query/limit'],
    ['limit=201', '/query/limit'],
    ['cursor=nonsense', '/query/cursor'],
    [`cursor=${Buffer.from('["2026-11-20T00:00:00Z","x"]').toString('base64url')}`, '/query/cursor'],
    ['from=yesterday', '/query/from'],
    ['to=2026-02-30T00:00:00Z', '/query/to'],
    ['from={2}&to={1}', '/query/to'],
    ['outcome=maybe', '/query/outcome'],
    ['type=%00', '/query/type'],
    ['actor=%00', '/query/actor'],
    ['actor=', '/query/actor'],
    ['subject_id=a%0Ab', '/query/subject_id'],
    ['type=a&type=b', '/query/type'],
    ['since=now', '/query/since'],
  ])('is told what is wrong with %s', async (query, pointer) => {
    const { status, body } = await trail(running, `?${timed(query)}`);
    expect(status).toBe(422);
    expect(body).toMatchObject({
      type: '/problems/validation-failed',
      errors: expect.arrayContaining([{ pointer, detail: expect.any(String) }]),
    });
  });

  it('is told everything at once', async () => {
    const { body } = await trail(running, '?from=a&to=b&cursor=c');
    const pointers = (body.errors as { pointer: string }[]).map(({ pointer }) => pointer);
    expect(pointers).toEqual(expect.arrayContaining(['/query/from', '/query/to']));
  });

  it.each<[string, Principal]>([
    ['a viewer', person('viewer')],
    ['somebody without a role', person(null)],
    ['an agent', { ...person(null), kind: 'agent', subject: 'demo:echo', agentId: 'demo:echo' }],
  ])('is refused when it comes from %s', async (_, principal) => {
    const { status, body } = await trail(running, '', principal);
    expect(status).toBe(403);
    expect(body).toMatchObject({ type: '/problems/forbidden', detail: 'this needs the role `operator`' });
  });

  it('is refused without a signed identity', async () => {
    expect((await fetch(`${running.url()}/v1/audit`)).status).toBe(401);
  });
});
