import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { eventually } from '@agion/testing';
import { STREAMS } from '@agion/wire';
import { agent, type Fields, person, TrustUnderTest } from './trust-under-test.js';

let running: TrustUnderTest;
beforeAll(async () => {
  running = await TrustUnderTest.start();
}, 60_000);
afterAll(() => running.stop());

/** Events as the platform observes them. */
async function observed(agentId: string, count: number, given: Fields = {}): Promise<void> {
  const entries = Array.from({ length: count }, () => ({
    agent_id: agentId,
    event_type: 'task_completed',
    severity: 'positive',
    impact: '0.05',
    event_id: randomUUID(),
    ...given,
  }));
  await running.append(
    STREAMS.trust,
    entries.map((fields) => running.signed(STREAMS.trust, fields)),
  );
  await running.settled(STREAMS.trust);
}
const kinds = (trust: Record<string, unknown>): unknown[] =>
  (trust.ceilings as { kind: string }[]).map(({ kind }) => kind);

describe('the trust of an agent', () => {
  it('is 500 in the beginning', async () => {
    expect(await running.trust('new:a')).toEqual({
      agent_id: 'new:a',
      score: 500,
      trust_score: 0.5,
      tier: 'standard',
      confidence: 0,
      ceilings: [expect.objectContaining({ id: null, kind: 'unverified', limit: 699 })],
    });
    expect(await running.call('GET', '/v1/agents/new:ghost/trust')).toMatchObject({
      status: 404,
      body: { type: '/problems/agent-not-found' },
    });
  });

  it('falls to 299 with a critical event by the platform, until a person clears it', async () => {
    await observed('fall:a', 25, { dimension: 'security' });
    await observed('fall:a', 1, { severity: 'critical', event_type: 'security_breach' });
    const fallen = await running.trust('fall:a');
    expect(fallen).toMatchObject({ tier: 'untrusted', ceilings: [{ kind: 'critical', limit: 299 }] });
    expect(Number(fallen.score)).toBeLessThanOrEqual(299);
    const [{ id } = { id: '' }] = fallen.ceilings as { id: string }[];
    const path = `/v1/agents/fall:a/trust/ceilings/${id}/clear`;
    expect((await running.call('POST', path, person('viewer'), { reason: 'x' })).status).toBe(403);
    expect((await running.call('POST', path, person('admin', running.acme), { reason: 'x' })).status).toBe(404);
    const early = await running.call('POST', path, person('operator'), { reason: 'fixed' });
    expect(early).toMatchObject({ status: 200, body: { ceilings: [{ kind: 'critical' }] } });
    await running.rows(
      "UPDATE governance.trust_ceilings SET since = since - interval '7 days' WHERE agent_id = 'fall:a'",
    );
    expect(kinds(await running.trust('fall:a'))).toEqual([]);
    await eventually(async () =>
      expect(
        await running.rows(
          "SELECT type, actor, details FROM governance.audit_events WHERE subject ->> 'id' = 'fall:a' AND type LIKE 'trust_ceiling.%' ORDER BY at",
        ),
      ).toMatchObject([
        {
          type: 'trust_ceiling.set',
          actor: { kind: 'platform' },
          details: { event_type: 'security_breach', limit: 299 },
        },
        {
          type: 'trust_ceiling.cleared',
          actor: { kind: 'user', id: 'ada' },
          details: { ceiling_id: id, reason: 'fixed' },
        },
      ]),
    );
  });

  it('holds agents of the container that register later under the same ceiling', async () => {
    const future = new Date(Date.now() + 3_600_000).toISOString();
    running.registry.registeredAt.set('fallen:later', future);
    await observed('fallen:first', 1, { severity: 'critical', event_type: 'security_breach' });
    expect(await running.trust('fallen:later')).toMatchObject({ score: 299, ceilings: [{ kind: 'critical' }, {}] });
    expect(await running.trust('fallen:before')).toMatchObject({ score: 500 });
  });

  it('is not ended by a critical word nobody vouches for, which a person should look at', async () => {
    await running.append(STREAMS.trust, [
      { agent_id: 'said:a', event_type: 'security_breach', severity: 'critical', impact: '-1', event_id: 'said-1' },
    ]);
    await running.settled(STREAMS.trust);
    expect(kinds(await running.trust('said:a'))).toEqual(['unverified']);
    const { body } = await running.call('GET', '/v1/violations?agent_id=said:a');
    expect(body.items).toMatchObject([{ kind: 'unverified_critical', status: 'open', severity: 'critical' }]);
  });

  it('is capped at 699 for fourteen days after a new build, seen by its registration or its evidence', async () => {
    running.registry.fingerprints.set('build:a', { code: '1' });
    await observed('build:a', 30);
    expect(kinds(await running.trust('build:a'))).toEqual([]);
    running.registry.fingerprints.set('build:a', { code: '2' });
    await running.stopService();
    await running.startService();
    const changed = await running.trust('build:a');
    expect(changed).toMatchObject({ ceilings: [{ kind: 'fingerprint', limit: 699 }] });
    await observed('build:a', 1);
    expect((await running.trust('build:a')).ceilings).toEqual(changed.ceilings);
    expect(
      await running.rows("SELECT DISTINCT fingerprint FROM governance.trust_buckets WHERE agent_id = 'build:a'"),
    ).toHaveLength(2);
  });
});

describe('the explanation', () => {
  beforeAll(async () => {
    await observed('why:a', 30);
    await observed('why:a', 3, { event_type: 'policy_denied', severity: 'minor' });
  });

  it('names what weighs, with its sign, what decay will do, and what brings the next tier', async () => {
    const { status, body } = await running.call('GET', '/v1/agents/why:a/trust/explain', agent('why:a'));
    expect(status).toBe(200);
    expect(body.contributions).toMatchObject([
      { event_type: 'policy_denied', dimension: 'compliance', source: 'platform', events: 3, weight: -6 },
      { event_type: 'task_completed', dimension: 'reliability', source: 'platform', events: 30, weight: 30 },
    ]);
    expect(body.contributions[0].points).toBeLessThan(0);
    expect(body.contributions[1].points).toBeGreaterThan(0);
    expect(body.dimensions).toHaveLength(4);
    expect(body.outlook.map(({ days }: { days: number }) => days)).toEqual([7, 30, 90]);
    expect(body.next_tier).toMatchObject({
      tier: 'trusted',
      needs: expect.arrayContaining([
        expect.stringMatching(/points/),
        '20 more positive events by the platform or people',
      ]),
    });
  });

  it('goes page by page through the events', async () => {
    const seen = new Set<string>();
    let cursor = '';
    do {
      const { body } = await running.call(
        'GET',
        `/v1/agents/why:a/trust/events?limit=10${cursor && `&cursor=${cursor}`}`,
      );
      for (const { event_id: id } of body.items) seen.add(id as string);
      cursor = body.next_cursor ?? '';
    } while (cursor);
    expect(seen.size).toBe(33);
  });

  it('is for members and the agent itself', async () => {
    for (const path of ['explain', 'events']) {
      expect((await running.call('GET', `/v1/agents/why:a/trust/${path}`, agent('other:b'))).status).toBe(403);
      expect((await running.call('GET', `/v1/agents/why:a/trust/${path}`, person('viewer'))).status).toBe(200);
    }
    expect((await running.call('GET', '/v1/agents/why:a/trust/events?cursor=x')).status).toBe(422);
  });
});

describe('the key in Redis', () => {
  it('follows the decay of an agent nobody asks about', async () => {
    await observed('idle:a', 40);
    await eventually(async () => expect(await running.key('idle:a')).toBeGreaterThan(0.5));
    await running.stopService();
    await running.rows("UPDATE governance.trust_buckets SET day = day - 300 WHERE agent_id = 'idle:a'");
    const before = await running.key('idle:a');
    await running.startService();
    await eventually(async () => expect(await running.key('idle:a')).toBeLessThan(before ?? 0));
    expect(await running.key('idle:a')).toBe((await running.trust('idle:a')).trust_score);
  });

  it('is what a question was answered with', async () => {
    await observed('asked:a', 40);
    await eventually(async () => expect(await running.key('asked:a')).toBeGreaterThan(0.5));
    // The first time it may still be written on account of the events themselves.
    for (let n = 0; n < 2; n += 1) {
      await running.rows("UPDATE governance.trust_buckets SET day = day - 50 WHERE agent_id = 'asked:a'");
      const { trust_score: told } = await running.trust('asked:a');
      await eventually(async () => expect(await running.key('asked:a')).toBe(told));
    }
  });
});
