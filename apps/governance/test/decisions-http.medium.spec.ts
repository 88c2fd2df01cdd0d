import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DEFAULT_ORGANIZATION } from '@agion/wire';
import { agent, type Answer, DecisionsUnderTest, person } from './decisions-under-test.js';
import { ACME, POLICIES } from './published-policies.js';

const BOUND = { id: '0198c0de-0000-7000-8000-0000000b0b0b', slug: 'bound' };
const policy = (id: string, spec: object): Record<string, unknown> => ({
  apiVersion: 'agion/v1',
  kind: 'Policy',
  metadata: { id },
  spec: { scope: { agents: ['*'], actions: ['send'] }, ...spec },
});
const REDACTING = [
  policy('redacting', {
    effect: 'allow',
    obligations: [
      { type: 'redact', path: 'context.body' },
      { type: 'redact', path: 'arguments.cards.number' },
    ],
  }),
  policy('cap', { effect: 'deny', condition: 'context.body.contains("secret")' }),
  policy('stricter', { effect: 'deny', mode: 'shadow', condition: 'context.amount > 10' }),
];

let test: DecisionsUnderTest;
beforeAll(async () => {
  test = await DecisionsUnderTest.start([
    { organization: DEFAULT_ORGANIZATION, policies: POLICIES },
    { organization: ACME, policies: [] },
    { organization: BOUND, policies: REDACTING },
  ]);
}, 60_000);
afterAll(() => test.stop());

describe('a request over HTTP', () => {
  const check = (body: object, as = agent('demo:echo')): Promise<Answer> =>
    test.call('POST', '/v1/governance/check', as, { agent_id: 'demo:echo', action: 'read', ...body });

  it('is answered with the decision document, and in the ledger by then', async () => {
    const { status, body } = await check({ action: 'send', context: { amount: 900 }, correlation_id: 'mine' });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      decision: 'deny',
      allowed: false,
      winner: { policy: 'cap', version: 1 },
      source: 'http',
      policy_revision: 2,
      correlation_id: 'mine',
      errors: [],
      obligations: [],
    });
    expect(await test.ledger('decision_id = $1', body.decision_id)).toMatchObject([
      { source: 'http', decision: 'deny' },
    ]);
  });

  it('says which checkpoint of a call it is, and the ledger tells', async () => {
    for (const phase of ['permission', 'validation', 'feedback', undefined]) {
      const { body } = await check({ phase });
      const { body: kept } = await test.call('GET', `/v1/decisions/${body.decision_id}`, person('viewer'));
      expect(kept).toMatchObject({ source: 'http', phase: phase ?? null });
    }
    expect((await check({ phase: 'afterwards' })).body.errors).toMatchObject([{ pointer: '/phase' }]);
  });

  it('is for the agent itself and for its container', async () => {
    const container = { ...agent('demo'), kind: 'container' as const, containerId: 'demo' };
    expect((await check({}, container)).status).toBe(200);
    const others = [agent('demo:other'), { ...container, containerId: 'other' }, person('admin'), person('operator')];
    for (const other of others) expect((await check({}, other)).status).toBe(403);
  });

  it('is refused with a pointer to each fault', async () => {
    const { status, body } = await check({ action: '', context: 5, surplus: 1 });
    expect(status).toBe(422);
    expect(body.errors.map(({ pointer }: { pointer: string }) => pointer).sort()).toEqual([
      '/action',
      '/context',
      '/surplus',
    ]);
  });

  it('is a 503 while what it depends on is away', async () => {
    test.registry.away = true;
    const { status } = await check({ agent_id: 'demo:unseen' }, agent('demo:unseen'));
    test.registry.away = false;
    expect(status).toBe(503);
  });
});

describe('what policies redact', () => {
  it.each([
    ['allowed', 'hello', 'allow'],
    ['denied', 'a secret', 'deny'],
  ])('decides, and is in no record of what was %s', async (_, text, decision) => {
    const { body } = await test.call('POST', '/v1/governance/check', agent('demo:echo', BOUND), {
      agent_id: 'demo:echo',
      action: 'send',
      context: { body: text, amount: 5 },
      arguments: { cards: [{ number: '4111', name: 'ada' }] },
    });
    expect(body).toMatchObject({
      decision,
      obligations: [{ path: 'context.body' }, { path: 'arguments.cards.number' }],
    });
    const [row] = await test.ledger('decision_id = $1', body.decision_id);
    expect(row).toMatchObject({
      obligations: [{ type: 'redact', path: 'context.body' }, { path: 'arguments.cards.number' }],
    });
    expect(await test.shown(body.decision_id as string, BOUND)).toMatchObject({
      context: { body: '[redacted]', amount: 5 },
      arguments: { cards: [{ number: '[redacted]', name: 'ada' }] },
    });
  });
});

describe('a shadow policy', () => {
  it('changes nothing, and the answer and the ledger say what it would have', async () => {
    const { body } = await test.call('POST', '/v1/governance/check', agent('demo:echo', BOUND), {
      agent_id: 'demo:echo',
      action: 'send',
      context: { body: 'hello', amount: 50 },
    });
    expect(body).toMatchObject({ decision: 'allow', shadow_decision: 'deny' });
    expect(await test.ledger('decision_id = $1', body.decision_id)).toMatchObject([{ shadow_decision: 'deny' }]);
    const why = await test.call('GET', `/v1/decisions/${body.decision_id}/why`, person('viewer', BOUND));
    expect(why.body.candidates).toContainEqual(
      expect.objectContaining({ policy: 'stricter', mode: 'shadow', matched: true }),
    );
  });
});

describe('the ledger', () => {
  it('is searched by agent, action, decision, source and time, page by page', async () => {
    for (let n = 0; n < 5; n += 1)
      await test.call('POST', '/v1/governance/check', agent('pages:one'), { agent_id: 'pages:one', action: 'read' });
    const seen: string[] = [];
    let cursor: string | null = '';
    do {
      const query = `?agent_id=pages%3Aone&action=read&decision=allow&source=http&limit=2${cursor && `&cursor=${cursor}`}`;
      const { status, body } = await test.call('GET', `/v1/decisions${query}`, person('viewer'));
      expect(status).toBe(200);
      seen.push(...body.items.map(({ decision_id: id }: { decision_id: string }) => id));
      cursor = body.next_cursor;
    } while (cursor);
    expect(new Set(seen).size).toBe(5);
    expect(seen).toEqual([...seen].sort().reverse());
    const future = await test.call('GET', '/v1/decisions?from=2999-01-01T00:00:00Z', person('viewer'));
    expect(future.body.items).toEqual([]);
    expect((await test.call('GET', '/v1/decisions?cursor=x', person('viewer'))).status).toBe(422);
  });

  it('is for people of the organization', async () => {
    const { body } = await test.call('POST', '/v1/governance/check', agent('demo:echo'), {
      agent_id: 'demo:echo',
      action: 'read',
    });
    const path = `/v1/decisions/${body.decision_id}`;
    expect((await test.call('GET', path, person('viewer'))).status).toBe(200);
    expect((await test.call('GET', path, agent('demo:echo'))).status).toBe(403);
    expect(await test.call('GET', path, person('viewer', ACME))).toMatchObject({
      status: 404,
      body: { type: '/problems/decision-not-found' },
    });
    expect((await test.call('GET', '/v1/decisions/nonsense', person('viewer'))).status).toBe(404);
  });

  it('says why', async () => {
    const { body } = await test.call('POST', '/v1/governance/check', agent('demo:echo'), {
      agent_id: 'demo:echo',
      action: 'send',
      context: { amount: 900 },
    });
    const why = await test.call('GET', `/v1/decisions/${body.decision_id}/why`, person('viewer'));
    expect(why).toMatchObject({
      status: 200,
      body: {
        decision: { decision_id: body.decision_id, decision: 'deny' },
        candidates: [
          { policy: 'cap', effect: 'deny', matched: true, terms: [{ term: 'context.amount > 500', result: 'true' }] },
          { policy: 'reading', effect: 'allow', matched: true },
        ],
        to_change: [expect.stringContaining('cap')],
        remedies: ['`context.amount` at most `500`'],
        note: null,
      },
    });
  });

  it('takes nothing back: not even the service may change a row', async () => {
    const { rows } = {
      rows: await test.rows(
        `SELECT has_table_privilege('agion_governance', 'governance.decisions', 'UPDATE, DELETE') AS may`,
      ),
    };
    expect(rows).toEqual([{ may: false }]);
  });
});
