import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeEntry } from '@agion/messaging';
import { randomUUID } from 'node:crypto';
import { STREAMS, type Principal } from '@agion/wire';
import { v7 as uuidv7 } from 'uuid';
import { agent, container, person, TrustUnderTest } from './trust-under-test.js';

let running: TrustUnderTest;
beforeAll(async () => {
  running = await TrustUnderTest.start();
}, 60_000);
afterAll(() => running.stop());

const trust = (agentId: string, given: object = {}): Record<string, unknown> => ({
  kind: 'trust',
  agent_id: agentId,
  event_type: 'task_completed',
  severity: 'positive',
  impact: 0.05,
  ...given,
});
const report = (as: Principal, body: unknown): ReturnType<TrustUnderTest['call']> =>
  running.call('POST', '/v1/events', as, body);
const entriesOf = async (stream: string): Promise<Record<string, string>[]> =>
  ((await running.commands.xrange(stream, '-', '+')) as [string, string[]][]).map(([, flat]) => ({
    ...decodeEntry(flat),
  }));

describe('events over HTTP', () => {
  it.each<[string, (event: object) => unknown]>([
    ['one alone', (event) => event],
    ['a list', (event) => [event]],
    ['a list by name', (event) => ({ events: [event] })],
  ])('are taken in as %s', async (name, body) => {
    const id = `shape:${name.replaceAll(' ', '')}`;
    expect(await report(agent(id), body(trust(id)))).toEqual({
      status: 202,
      body: { received: 1, accepted: 1, duplicates: 0 },
    });
    expect(await running.events(id)).toMatchObject([{ source: 'self', reporter: `agent:${id}` }]);
    expect(await running.key(id)).toBe((await running.trust(id)).trust_score);
  });

  it.each<[string, Principal, string]>([
    ['an agent about itself', agent('who:a'), 'self'],
    ['its container', container('who'), 'self'],
    ['another agent', agent('other:b'), 'peer'],
    ['another container', container('other'), 'peer'],
    ['an operator', person('operator'), 'person'],
  ])('are the word of %s', async (_, as, source) => {
    const eventId = randomUUID();
    expect((await report(as, trust('who:a', { event_id: eventId }))).status).toBe(202);
    expect(await running.rows('SELECT source FROM governance.trust_events WHERE event_id = $1', eventId)).toEqual([
      { source },
    ]);
  });

  it('keep whom they name as a claim, as streams do: the credentials say who reports', async () => {
    const { status } = await report(agent('claims:a'), [
      trust('claims:a', { event_id: 'claims-1', reporter: 'gateway' }),
      { kind: 'feedback', agent_id: 'claims:a', rating: 5, event_id: 'claims-2', user_id: 'ada' },
    ]);
    expect(status).toBe(202);
    expect(await running.events('claims:a')).toMatchObject([
      { event_id: 'claims-1', source: 'self', reporter: 'agent:claims:a' },
      { event_id: 'feedback:claims-2', source: 'self', reporter: 'agent:claims:a' },
    ]);
    expect(
      await running.rows("SELECT author, claimed_user FROM governance.feedback WHERE feedback_id = 'claims-2'"),
    ).toEqual([{ author: 'agent:claims:a', claimed_user: 'ada' }]);
  });

  it('count once by their event id, over HTTP and over the stream', async () => {
    const events = Array.from({ length: 20 }, (_, i) => trust('same:a', { event_id: `same-${i}` }));
    const rated = { kind: 'feedback', agent_id: 'same:a', rating: 5, event_id: 'same-rating' };
    expect((await report(agent('same:a'), [...events, rated])).body).toEqual({
      received: 21,
      accepted: 21,
      duplicates: 0,
    });
    expect((await report(agent('same:a'), [...events, rated])).body).toEqual({
      received: 21,
      accepted: 0,
      duplicates: 21,
    });
    const onStream = { event_type: 'task_completed', severity: 'positive', impact: '0.05' };
    await running.append(STREAMS.trust, [{ ...onStream, agent_id: 'same:a', event_id: 'same-1' }]);
    await running.settled(STREAMS.trust);
    expect(await running.events('same:a')).toHaveLength(21);
  });

  it('go on to the streams of those who take them in, mission events and decisions', async () => {
    const mission = {
      kind: 'mission',
      mission_id: randomUUID(),
      agent_id: 'on:a',
      event_type: 'task.completed',
      payload: { rows: 3 },
    };
    const decision = {
      kind: 'decision',
      decision_id: uuidv7(),
      agent_id: 'on:a',
      action: 'send_email',
      decision: 'allow',
      policy_revision: 187,
      at: new Date().toISOString(),
    };
    const { status, body } = await report(container('on'), { events: [mission, decision] });
    expect([status, body]).toEqual([202, { received: 2, accepted: 2, duplicates: 0 }]);
    const { kind: _, payload, ...fields } = mission;
    expect(await entriesOf(STREAMS.missions)).toEqual([
      { ...fields, payload: JSON.stringify(payload), sig: expect.stringMatching(/^governance\./) },
    ]);
    expect(await entriesOf(STREAMS.decisions)).toMatchObject([{ agent_id: 'on:a', policy_revision: '187' }]);
  });

  it('are execution reports too: each once, over HTTP and over the stream, on the agent’s own word', async () => {
    const told = (id: string, given: object = {}): Record<string, unknown> => ({
      kind: 'report',
      report_id: id,
      agent_id: 'did:a',
      action: 'send_email',
      status: 'succeeded',
      duration_ms: 812.5,
      usage: { tokens: 1200 },
      error: { code: 7 },
      ...given,
    });
    const reports = [told('did-1'), told('did-2', { status: 'failed' }), told('did-1')];
    expect((await report(agent('did:a'), reports)).body).toEqual({ received: 3, accepted: 3, duplicates: 0 });
    expect((await report(container('did'), told('did-2'))).status).toBe(202);
    await running.append(STREAMS.executionReports, [
      { report_id: 'did-1', agent_id: 'did:a', action: 'send_email', status: 'failed' },
    ]);
    await running.settled(STREAMS.executionReports);
    expect(await running.rows('SELECT * FROM governance.execution_reports ORDER BY report_id')).toMatchObject([
      { report_id: 'did-1', status: 'succeeded', duration_ms: 812.5, usage: { tokens: 1200 }, source: 'self' },
      { report_id: 'did-2', status: 'failed', error: '{"code":7}', source: 'self' },
    ]);
    expect(await running.events('did:a')).toMatchObject([
      { event_type: 'execution_succeeded', source: 'self', weight: '250000' },
      { event_type: 'execution_failed', source: 'self', weight: '500000' },
    ]);
    expect((await report(agent('other:b'), told('did-3'))).body).toMatchObject({ errors: [{ pointer: '/agent_id' }] });
    expect((await report(person('operator'), told('did-3'))).status).toBe(422);
  });

  it('need not say what a guardrail’s block weighs, over HTTP and over the stream, and nothing else may', async () => {
    const block = { agent_id: 'rail:a', event_type: 'guardrail_blocked', context: { rule: 'pii' } };
    expect((await report(agent('rail:a'), { kind: 'trust', event_id: 'rail-1', ...block })).status).toBe(202);
    expect((await report(agent('other:b'), { kind: 'trust', event_id: 'rail-2', ...block, impact: 0.1 })).status).toBe(
      202,
    );
    const other = await report(agent('rail:a'), { kind: 'trust', ...block, event_type: 'guardrail_seen' });
    expect(other.body.errors.map(({ pointer }: { pointer: string }) => pointer).sort()).toEqual([
      '/impact',
      '/severity',
    ]);
    const seen = { agent_id: 'rail:a', event_type: 'guardrail_blocked', event_id: 'rail-3' };
    await running.append(STREAMS.trust, [
      running.signed(STREAMS.trust, seen),
      { ...seen, event_type: 'x', event_id: 'x' },
    ]);
    await running.settled(STREAMS.trust);
    const facts = { dimension: 'security', severity: 'minor' };
    expect(await running.events('rail:a')).toMatchObject([
      { ...facts, event_id: 'rail-1', source: 'self', impact: -0.05, weight: '500000' },
      { ...facts, event_id: 'rail-2', source: 'peer', impact: 0.1, weight: '2000000' },
      { ...facts, event_id: 'rail-3', source: 'platform', impact: -0.05, weight: '2000000' },
    ]);
    expect(await running.deadLetters(STREAMS.trust)).toMatchObject([
      { event_id: 'x', error: expect.stringMatching(/severity/) },
    ]);
  });

  it('are refused together, each bad one by its pointer, and nothing is taken in', async () => {
    const { status, body } = await report(agent('bad:a'), {
      events: [
        trust('bad:a'),
        trust('bad:a', { impact: 7 }),
        trust('bad:a', { surprise: 1 }),
        trust('bad:ghost'),
        trust('bad:a', { sig: 'execution.AAAA' }),
        { kind: 'mission', mission_id: randomUUID(), agent_id: 'other:b', event_type: 'joined' },
        { kind: 'nothing' },
        'text',
      ],
    });
    expect(status).toBe(422);
    const pointers = (body.errors as { pointer: string }[]).map(({ pointer }) => pointer).sort();
    expect(pointers).toEqual([
      '/events/1/impact',
      '/events/2/surprise',
      '/events/3/agent_id',
      '/events/4/sig',
      '/events/5/agent_id',
      '/events/6/kind',
      '/events/7',
    ]);
    const recorded = await running.events('bad:a');
    expect(recorded.filter(({ event_type: type }) => type !== 'forged_event')).toEqual([]); // forgeries.medium.spec.ts
    expect(await entriesOf(STREAMS.missions)).toHaveLength(1);
  });

  it('are each named when they are bad, all 500 if need be', async () => {
    const bad = Array.from({ length: 500 }, (_, i) =>
      trust('bad:a', {
        impact: 'NaN',
        ...(i === 7 && Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`x${n}`, 1]))),
      }),
    );
    const { status, body } = await report(agent('bad:a'), bad);
    expect(status).toBe(422);
    const pointers = (body.errors as { pointer: string }[]).map(({ pointer }) => pointer);
    expect(new Set(pointers.map((pointer) => pointer.split('/')[1])).size).toBe(500);
    expect(pointers.length).toBeLessThan(510);
    expect(pointers.filter((pointer) => pointer === '/7/impact' || pointer === '/8/impact')).not.toEqual([]);
  });

  it('are at most 500', async () => {
    const many = (n: number): unknown => Array.from({ length: n }, () => trust('many:a'));
    expect((await report(agent('many:a'), many(501))).status).toBe(422);
    expect((await report(agent('many:a'), [])).status).toBe(422);
    expect((await report(agent('many:a'), many(500))).body).toMatchObject({ accepted: 500 });
    expect(await running.events('many:a')).toHaveLength(500);
  });

  it('come from agents, containers and operators', async () => {
    for (const as of [person('viewer'), person(null)]) expect((await report(as, trust('who:a'))).status).toBe(403);
  });
});
