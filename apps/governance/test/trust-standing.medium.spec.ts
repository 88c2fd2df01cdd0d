import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { EventFeed } from '@agion/messaging';
import { eventually } from '@agion/testing';
import { feedKey, STREAMS } from '@agion/wire';
import { type Fields, person, TrustUnderTest } from './trust-under-test.js';

let running: TrustUnderTest;
beforeAll(async () => {
  running = await TrustUnderTest.start();
}, 60_000);
afterAll(() => running.stop());

/** Events as the platform observes them. */
async function observed(agentId: string, count: number, given: Fields = {}): Promise<void> {
  const entries = Array.from({ length: count }, () =>
    running.signed(STREAMS.trust, {
      agent_id: agentId,
      event_type: 'task_completed',
      severity: 'positive',
      impact: '0.05',
      event_id: randomUUID(),
      ...given,
    }),
  );
  await running.append(STREAMS.trust, entries);
  await running.settled(STREAMS.trust);
}
const ceilings = (trust: Record<string, unknown>): unknown[] =>
  (trust.ceilings as { kind: string; agent_id: string; limit: number }[]).map(({ kind, agent_id: id, limit }) => [
    kind,
    id,
    limit,
  ]);
const changes = async (agentId: string): Promise<unknown[]> =>
  (
    await running.rows(
      "SELECT details FROM governance.audit_events WHERE type = 'trust.tier_changed' AND subject ->> 'id' = $1 ORDER BY at",
      agentId,
    )
  ).map(({ details }) => {
    const { from, to } = details as { from: string; to: string };
    return `${from} → ${to}`;
  });

describe('an agent that acts on behalf of another', () => {
  it('is trusted no further than that one, through a chain, and as far as it at any time', async () => {
    for (const [below, above] of [
      ['chain:c', 'chain:b'],
      ['chain:b', 'other:a'],
    ] as const)
      running.registry.delegatedBy.set(below, above);
    await observed('chain:c', 30);
    expect(await running.trust('chain:c')).toMatchObject({ score: 500, tier: 'standard' });
    expect(ceilings(await running.trust('chain:c'))[0]).toEqual(['delegation', 'chain:b', 500]);

    await observed('other:a', 1, { severity: 'critical', event_type: 'security_breach' });
    const top = Number((await running.trust('other:a')).score);
    expect(top).toBeLessThan(300);
    expect(await running.trust('chain:c')).toMatchObject({ score: top, tier: 'untrusted' });
    await eventually(async () => {
      expect(await running.key('chain:b')).toBe(top / 1_000);
      expect(await running.key('chain:c')).toBe(top / 1_000);
    });
    await eventually(async () => expect(await changes('chain:c')).toEqual(['standard → untrusted']));
  });

  it('stays so while the registry is away, also after a start', async () => {
    running.registry.delegatedBy.set('away:b', 'away:a');
    await observed('away:a', 4, { severity: 'major' });
    const score = (await running.trust('away:b')).score;
    expect(Number(score)).toBeLessThan(500);
    const { body } = await running.call('GET', '/v1/agents/away:b/trust/explain', person('viewer'));
    expect(body.ceilings[0]).toMatchObject({ kind: 'delegation', agent_id: 'away:a', reason: /on behalf of `away:a`/ });
    expect(await running.rows("SELECT delegated_by FROM governance.trust_standings WHERE agent_id = 'away:b'")).toEqual(
      [{ delegated_by: 'away:a' }],
    );
  });

  it('is caught in no circle, should the registry ever tell of one', async () => {
    running.registry.delegatedBy.set('circle:a', 'circle:b').set('circle:b', 'circle:a');
    expect(await running.trust('circle:a')).toMatchObject({ score: 500 });
  });
});

describe('a change of tiers', () => {
  it('is told once by several replicas: on the feed, and in the trail', async () => {
    const other = await running.startReplica();
    try {
      await observed('tier:a', 10, { severity: 'minor' });
      await Promise.all(Array.from({ length: 10 }, () => running.trust('tier:a')));
      await eventually(async () => expect(await changes('tier:a')).toHaveLength(1));
      const feed = new EventFeed<{ agent_id: string }>({ redis: running.commands });
      const end = new AbortController();
      const told: unknown[] = [];
      for await (const { event } of feed.follow(feedKey.realtime('default', 'trust'), { signal: end.signal })) {
        if (event.agent_id === 'tier:a') told.push(event);
        if (told.length > 0) break;
      }
      expect(told).toMatchObject([{ type: 'trust.tier_changed', from: 'standard', to: 'probation' }]);
    } finally {
      await other.close();
    }
    await running.stopService();
    await running.startService();
    await running.trust('tier:a');
    expect(await changes('tier:a')).toEqual(['standard → probation']);
  });

  it('is told when decay brings it, although nobody writes or asks', async () => {
    await observed('decay:a', 10, { severity: 'minor' });
    await eventually(async () => expect(await changes('decay:a')).toEqual(['standard → probation']));
    await running.stopService();
    await running.rows("UPDATE governance.trust_buckets SET day = day - 3000 WHERE agent_id = 'decay:a'");
    await running.startService();
    await eventually(async () =>
      expect(await changes('decay:a')).toEqual(['standard → probation', 'probation → standard']),
    );
  });
});

describe('the history', () => {
  it('is what the score was at the end of each day, and the same whenever it is asked', async () => {
    await observed('past:a', 40);
    await running.rows("UPDATE governance.trust_buckets SET day = day - 10 WHERE agent_id = 'past:a'");
    await observed('past:a', 1, { severity: 'critical', event_type: 'security_breach' });
    const ask = async (query: string): Promise<{ score: number; tier: string }[]> =>
      (await running.call('GET', `/v1/agents/past:a/trust/history${query}`, person('viewer'))).body.points;
    const from = new Date(Date.now() - 12 * 86_400_000).toISOString();
    const points = await ask(`?from=${from}`);
    expect(points).toHaveLength(13);
    const scores = points.map(({ score }) => score);
    expect(scores.slice(0, 2)).toEqual([500, 500]);
    expect(scores[2]).toBeGreaterThan(550);
    expect(scores[11]).toBeLessThan(scores[2] as number);
    expect(points[12]).toMatchObject({ score: (await running.trust('past:a')).score, tier: 'untrusted' });
    expect((await ask(`?from=${from}`)).slice(0, -1)).toEqual(points.slice(0, -1));
    expect(await ask('?points=4')).toHaveLength(4);
  });

  it.each(['points=0', 'points=401', 'from=yesterday', 'from=2099-01-01T00:00:00Z', 'from=1999-01-01T00:00:00Z'])(
    'is refused for %s',
    async (query) => {
      expect((await running.call('GET', `/v1/agents/past:a/trust/history?${query}`)).status).toBe(422);
    },
  );
});

describe('a what-if', () => {
  it('says what such events would do, and records nothing', async () => {
    await observed('if:a', 30);
    const ask = async (query: string): Promise<{ what_if: Record<string, unknown>; score: number }> =>
      (await running.call('GET', `/v1/agents/if:a/trust/explain?${query}`)).body;
    const { score, what_if: bad } = await ask('event_type=policy_denied&severity=minor&impact=-0.05&count=3');
    expect(bad.change).toBeLessThan(0);
    expect(Number(bad.score)).toBeCloseTo(score + Number(bad.change), 6);
    await observed('if:a', 3, { event_type: 'policy_denied', severity: 'minor', impact: '-0.05' });
    expect((await running.trust('if:a')).score).toBe(bad.score);
    expect((await ask('event_type=data_leak&severity=critical')).what_if).toMatchObject({ score: 299 });
    expect((await ask('event_type=data_leak&severity=critical&source=peer')).what_if.score).toBeGreaterThan(299);
    expect(await ask('')).not.toHaveProperty('what_if');
    expect(await running.events('if:a')).toHaveLength(33);
  });

  it.each([
    ['severity=minor', '/query/event_type'],
    ['event_type=x', '/query/severity'],
    ['event_type=x&severity=bad', '/query/severity'],
    ['event_type=x&severity=minor&count=0', '/query/count'],
    ['event_type=x&severity=minor&impact=2', '/query/impact'],
    ['event_type=x&severity=minor&source=god', '/query/source'],
  ])('is refused for %s', async (query, pointer) => {
    const { status, body } = await running.call('GET', `/v1/agents/if:a/trust/explain?${query}`);
    expect(status).toBe(422);
    expect(body.errors).toMatchObject([{ pointer }]);
  });
});
