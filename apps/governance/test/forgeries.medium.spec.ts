import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { agent, container, person, TrustUnderTest } from './trust-under-test.js';

let running: TrustUnderTest;
beforeAll(async () => {
  running = await TrustUnderTest.start();
}, 60_000);
afterAll(() => running.stop());

const told = (agentId: string, id: string = randomUUID(), given: object = {}): Record<string, unknown> => ({
  kind: 'report',
  report_id: id,
  agent_id: agentId,
  action: 'send_email',
  status: 'failed',
  ...given,
});
const tell = (as: Parameters<typeof agent>[0] | ReturnType<typeof agent>, body: unknown) =>
  running.call('POST', '/v1/events', typeof as === 'string' ? agent(as) : as, body);
const forgeries = async (agentId: string): Promise<Record<string, unknown>[]> =>
  (await running.call('GET', `/v1/violations?kind=forged&agent_id=${agentId}`)).body.items;

describe('an event over HTTP in the name of another agent', () => {
  it('is refused, and counts against whoever said it, as seen by the platform', async () => {
    const before = await running.trust('forge:victim');
    const { status, body } = await tell('forge:a', [told('forge:a'), told('forge:victim', 'f-1')]);
    expect([status, body.errors]).toEqual([422, [expect.objectContaining({ pointer: '/1/agent_id' })]]);
    expect(await running.events('forge:a')).toMatchObject([
      {
        event_type: 'forged_event',
        severity: 'major',
        impact: -0.05,
        dimension: 'security',
        source: 'platform',
        weight: '6000000',
        context: { channel: 'http', claimed: 'agent:forge:victim' },
      },
    ]);
    expect(await running.events('forge:victim')).toEqual([]);
    expect(await running.trust('forge:victim')).toEqual(before);
  });

  it('is explained, a violation, and on the trail', async () => {
    const { body } = await running.call('GET', '/v1/agents/forge:a/trust/explain');
    expect(body.contributions).toMatchObject([
      { event_type: 'forged_event', dimension: 'security', source: 'platform', events: 1, weight: -6 },
    ]);
    expect(body.contributions[0].points).toBeLessThan(-50);
    expect(await running.key('forge:a')).toBe(body.trust_score);
    expect(await forgeries('forge:victim')).toEqual([]);
    expect(await forgeries('forge:a')).toMatchObject([
      { severity: 'major', details: { by: 'agent:forge:a', claimed: 'agent:forge:victim', channel: 'http' } },
    ]);
    expect(
      await running.rows("SELECT actor, subject, outcome FROM governance.audit_events WHERE type = 'event.forged'"),
    ).toEqual([
      { actor: { kind: 'agent', id: 'forge:a' }, subject: { kind: 'agent', id: 'forge:victim' }, outcome: 'denied' },
    ]);
  });

  it('counts once, however often it is said and by however many at once', async () => {
    const same = told('forge:victim', 'f-2');
    const all = await Promise.all(Array.from({ length: 20 }, () => tell('forge:again', { events: [same, same] })));
    expect(new Set(all.map(({ status }) => status))).toEqual(new Set([422]));
    expect(await running.events('forge:again')).toHaveLength(1);
    expect(await forgeries('forge:again')).toHaveLength(1);
  });

  it('counts a few times a day at most', async () => {
    for (let round = 0; round < 3; round += 1)
      await tell(
        'forge:flood',
        Array.from({ length: 200 }, () => told('forge:victim')),
      );
    expect(await running.events('forge:flood')).toHaveLength(4);
    expect(await forgeries('forge:flood')).toHaveLength(4);
    const { score } = await running.trust('forge:flood');
    expect(score).toBeGreaterThan(300);
  });

  it('says nothing of an agent when a container said it, which is listed', async () => {
    expect((await tell(container('other'), told('forge:held', 'f-3'))).status).toBe(422);
    expect(await running.events('forge:held')).toEqual([]);
    expect(await forgeries('forge:held')).toMatchObject([{ details: { by: 'container:other' } }]);
  });

  it.each([
    ['of an agent nobody has registered', () => tell('forge:honest', told('forge:ghost'))],
    ['by an operator', () => tell(person('operator'), told('forge:honest'))],
    ['that is no event at all', () => tell('forge:honest', { ...told('forge:victim'), status: 'odd' })],
    [
      'that speaks of another',
      () => tell('forge:honest', { kind: 'feedback', agent_id: 'forge:victim', rating: 1, user_id: 'ada' }),
    ],
  ])('is none %s', async (_, act) => {
    await act();
    expect(await running.events('forge:honest')).toEqual([]);
    expect(await forgeries('forge:honest')).toEqual([]);
  });
});

describe('an event over HTTP with the signature of a service', () => {
  it('counts against whoever sent it', async () => {
    const event = { kind: 'trust', agent_id: 'forge:s', event_type: 'x', severity: 'positive', impact: 1 };
    expect((await tell('forge:s', { ...event, sig: 'execution.AAAA' })).status).toBe(422);
    expect((await tell('forge:s', { ...event, sig: 'AAAA' })).status).toBe(422);
    expect(await running.events('forge:s')).toMatchObject([{ context: { claimed: 'service:execution' } }]);
  });
});
