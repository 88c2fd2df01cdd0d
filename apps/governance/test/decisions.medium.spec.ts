import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@agion/testing';
import { DEFAULT_ORGANIZATION, STREAMS } from '@agion/wire';
import { type Asked, DecisionsUnderTest, ownStream, person } from './decisions-under-test.js';
import { ACME, POLICIES } from './published-policies.js';

let test: DecisionsUnderTest;
beforeAll(async () => {
  test = await DecisionsUnderTest.start([
    { organization: DEFAULT_ORGANIZATION, policies: POLICIES },
    { organization: ACME, policies: [] },
  ]);
}, 60_000);
afterAll(() => test.stop());

describe('a request over the stream', () => {
  it('is answered with the fields of the contract, and stands in the ledger', async () => {
    const answer = await test.answerTo({
      action: 'send',
      context: { amount: 12 },
      resource: 'smtp',
      mission_id: 'm',
      user_id: 'u',
      phase: 'validation',
    });
    expect(answer).toEqual({
      correlation_id: expect.any(String),
      decision_id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
      decision: 'allow',
      allowed: 'true',
      reason: expect.stringContaining('reading'),
      policy_revision: '2',
      policies: '[{"policy":"reading","version":1,"effect":"allow","priority":500}]',
      trust_score: '0.5',
      eval_us: expect.stringMatching(/^[\d.]+$/),
    });
    expect(await test.recorded(answer.decision_id)).toMatchObject({
      organization_id: DEFAULT_ORGANIZATION.id,
      agent_id: 'demo:echo',
      action: 'send',
      resource: 'smtp',
      decision: 'allow',
      winner_policy: 'reading',
      winner_version: 1,
      source: 'bus',
      answered: true,
      correlation_id: answer.correlation_id,
      reply_to: STREAMS.governanceResponses,
      mission_id: 'm',
      user_id: 'u',
      policy_revision: 2,
      trust_score: 0.5,
      phase: 'validation',
    });
    const shown = await test.call('GET', `/v1/decisions/${answer.decision_id}`, person('viewer'));
    expect(shown.body).toMatchObject({
      source: 'bus',
      phase: 'validation',
      context: { amount: 12 },
      inputs: 'kept',
      outcome: 'none',
    });
  });

  it('that is denied opens a violation, costs trust and leaves an audit fact that names agent, policy and decision', async () => {
    const answer = await test.answerTo({ agent_id: 'demo:bold', action: 'send', context: { amount: 900 } });
    expect(answer).toMatchObject({ decision: 'deny', allowed: 'false', reason: expect.stringContaining('too much') });
    await test.recorded(answer.decision_id);
    expect(
      await test.rows('SELECT * FROM governance.violations WHERE decision_id = $1', answer.decision_id),
    ).toMatchObject([{ kind: 'denied', agent_id: 'demo:bold', status: 'open' }]);
    expect(await test.rows('SELECT * FROM governance.trust_events WHERE agent_id = $1', 'demo:bold')).toMatchObject([
      { severity: 'minor', dimension: 'compliance', source: 'platform' },
    ]);
    const trail = await test.call('GET', '/v1/audit?type=decision.denied&actor=demo%3Abold', person('operator'));
    expect(trail.body.items).toMatchObject([
      {
        actor: { kind: 'agent', id: 'demo:bold' },
        outcome: 'denied',
        source: 'governance',
        details: { decision_id: answer.decision_id, policy: 'cap', policy_version: 1 },
      },
    ]);
  });

  it('may be answered to the agent’s own container or instance, and nowhere else', async () => {
    for (const stream of [ownStream('demo:echo'), ownStream('demo:echo', 'pod-7')])
      expect(await test.answerTo({ reply_to: stream }, stream)).toMatchObject({ allowed: 'true' });
    const { id } = await test.ask({ reply_to: ownStream('other:echo') });
    await eventually(async () =>
      expect((await test.deadLetters()).find(({ source_id: source }) => source === id)?.error).toMatch(/reply_to/),
    );
    expect(await test.commands.exists(ownStream('other:echo'))).toBe(0);
  });

  it('leaves a key of another kind as it is', async () => {
    const stream = ownStream('demo:echo', 'text');
    await test.commands.set(stream, 'mine');
    const { id, correlation } = await test.ask({ reply_to: stream });
    await eventually(async () =>
      expect((await test.deadLetters()).find(({ source_id: source }) => source === id)?.error).toMatch(/not a stream/),
    );
    expect(await test.commands.get(stream)).toBe('mine');
    expect(await test.ledger('correlation_id = $1', correlation)).toEqual([]);
  });

  it('of an agent nobody has registered is denied, and so is one of a retired agent', async () => {
    const ghost = await test.answerTo({ agent_id: 'demo:ghost' });
    expect(ghost).toMatchObject({ decision: 'deny', reason: '`demo:ghost` is not registered' });
    expect(await test.recorded(ghost.decision_id)).toMatchObject({ answered: true, winner_policy: null });
    expect(await test.answerTo({ agent_id: 'demo:retired' })).toMatchObject({
      decision: 'deny',
      reason: '`demo:retired` is retired',
    });
    expect(await test.rows(`SELECT * FROM governance.trust_events WHERE agent_id = 'demo:ghost'`)).toEqual([]);
  });

  it('is denied as unavailable while the registry is away and never told who the agent is', async () => {
    test.registry.away = true;
    const answer = await test.answerTo({ agent_id: 'demo:unheard' });
    test.registry.away = false;
    expect(answer).toMatchObject({ decision: 'deny', allowed: 'false', error: 'unavailable', policy_revision: '0' });
    await test.recorded(answer.decision_id);
    expect(await test.rows(`SELECT * FROM governance.violations WHERE agent_id = 'demo:unheard'`)).toEqual([]);
  });

  it('that is read after its deadline is recorded, not evaluated, and answered as unavailable', async () => {
    const { correlation } = await test
      .ask({ timeout_ms: '1' }, DEFAULT_ORGANIZATION, '1000-1')
      .catch(() => ({ correlation: '' }));
    expect(correlation).toBe(''); // ids only grow, so the past has to be another organization's
    const late = await test.ask({ timeout_ms: '2000' }, ACME, `${Date.now() - 3_000}-0`);
    const inTime = await test.ask({ timeout_ms: '9000' }, ACME, `${Date.now() - 3_000}-1`);
    await eventually(async () => {
      const [row] = await test.ledger('correlation_id = $1', late.correlation);
      expect(row).toMatchObject({
        answered: false,
        decision: 'deny',
        policy_revision: null,
        eval_us: null,
        reply_to: null,
      });
    });
    const stream = 'org:acme:governance:responses';
    await eventually(async () => expect(await test.answers(inTime.correlation, stream)).toHaveLength(1));
    expect(await test.answers(late.correlation, stream)).toMatchObject([
      {
        decision: 'deny',
        allowed: 'false',
        error: 'unavailable',
        reason: expect.stringContaining('after its deadline'),
      },
    ]);
    await eventually(async () =>
      expect(await test.rows('SELECT * FROM governance.violations WHERE organization_id = $1', ACME.id)).toHaveLength(
        1,
      ),
    );
  });

  it('belongs to the trace it names, and to none when that cannot be read', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    expect((await test.answerTo({ traceparent })).traceparent).toMatch(
      /^00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-01$/,
    );
    for (const malformed of ['', 'x', traceparent.toUpperCase(), `00-${'0'.repeat(32)}-b7ad6b7169203331-01`]) {
      const answer = await test.answerTo({ traceparent: malformed });
      expect(answer).toMatchObject({ decision: 'allow' });
      expect(answer.traceparent).toBeUndefined();
    }
  });

  it('keeps at most 8 KB of what it said', async () => {
    const { decision_id: id } = await test.answerTo({ context: { text: 'x'.repeat(9_000) } });
    await test.recorded(id);
    expect(await test.shown(id)).toMatchObject({ truncated: true, context: {} });
  });

  it('that lacks something, or holds what is no JSON, goes to the dead letters', async () => {
    const bad: Asked[] = [{ action: '' }, { context: '{' as never }, { agent_id: 'No Agent' }, { timeout_ms: '-5' }];
    const ids = await Promise.all(bad.map(async (asked) => (await test.ask(asked)).id));
    await eventually(async () => {
      const dead = (await test.deadLetters()).map(({ source_id: source }) => source);
      expect(dead).toEqual(expect.arrayContaining(ids));
    });
  });

  it('finds the answers of the last minute only', async () => {
    const stream = ownStream('trim:echo');
    for (let n = 0; n < 300; n += 1)
      await test.commands.call('XADD', stream, `${Date.now() - 120_000}-${n}`, 'n', String(n));
    await test.answerTo({ agent_id: 'trim:echo', reply_to: stream }, stream);
    expect(await test.commands.xlen(stream)).toBeLessThan(110);
    expect(await test.commands.ttl(stream)).toBeGreaterThan(60);
  });
});
