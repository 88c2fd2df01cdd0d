import { createPool, OrganizationScope, Outbox, roleOf, WorkerPool } from '@agion/database';
import { eventually } from '@agion/testing';
import { CHANNELS, channelKey, DEFAULT_ORGANIZATION, keys, STREAMS } from '@agion/wire';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TrustStandingsStore } from '../src/trust/trust-standings.store.js';
import { type Fields, TrustUnderTest } from './trust-under-test.js';

let running: TrustUnderTest;
beforeAll(async () => {
  running = await TrustUnderTest.start();
}, 60_000);
afterAll(() => running.stop());

async function observed(agentId: string, count: number, given: Fields = {}): Promise<void> {
  const entries = Array.from({ length: count }, (_, index) =>
    running.signed(STREAMS.trust, {
      agent_id: agentId,
      event_type: 'task_completed',
      severity: 'positive',
      impact: '0.2',
      event_id: `${agentId.replace(':', '-')}-${given.severity ?? ''}-${given.dimension ?? ''}-${index}`,
      ...given,
    }),
  );
  await running.append(STREAMS.trust, entries);
  await running.settled(STREAMS.trust);
}
/** As the registry tells when an agent registers with something new. */
const registered = (agentId: string): Promise<unknown> =>
  running.commands.publish(
    channelKey('default', CHANNELS.control),
    JSON.stringify({ type: 'agents.changed', agent_ids: [agentId] }),
  );

describe('an agent that registers', () => {
  it('with another build is capped at once, although nobody asks for its score', async () => {
    running.registry.fingerprints.set('build:a', { model: 'one' });
    for (const dimension of ['reliability', 'compliance', 'security', 'feedback'])
      await observed('build:a', 20, { dimension });
    expect(await running.key('build:a')).toBeGreaterThan(0.7);
    running.registry.fingerprints.set('build:a', { model: 'two' });
    await registered('build:a');
    await eventually(async () => expect(await running.key('build:a')).toBe(0.699));
  });

  it('is noticed, too, when nobody heard of it: whoever hears again looks at all', async () => {
    running.registry.fingerprints.set('build:a', { model: 'three' });
    await running.commands.set(keys.trustScore('default', 'build:a'), '0.8');
    await running.commands.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await eventually(async () => expect(await running.key('build:a')).toBe(0.699));
  });

  it('into a container under a critical ceiling is under it at once', async () => {
    await observed('caught:a', 1, { severity: 'critical', event_type: 'security_breach' });
    running.registry.registeredAt.set('caught:new', new Date(Date.now() + 1_000).toISOString());
    await registered('caught:new');
    await eventually(async () => expect(await running.key('caught:new')).toBeLessThan(0.3));
    await registered('caught:before');
    await eventually(async () => expect(await running.key('caught:before')).toBe(0.5));
  });
});

describe('while the registry is away', () => {
  it('a key says no more than is known: who came under the ceiling of its container stays there', async () => {
    await observed('caught:new', 3);
    await eventually(async () => expect(await running.key('caught:new')).toBeLessThan(0.3));
    const before = await running.key('caught:new');
    await running.stopService();
    running.registry.away = true;
    await running.commands.set(keys.trustScore('default', 'build:a'), '0');
    await running.startService();
    await eventually(async () => expect(await running.key('build:a')).toBe(0.699)); // all are written anew by now
    expect(await running.key('caught:new')).toBe(before);
    running.registry.away = false;
  });
});

describe('the end of a critical ceiling', () => {
  it('is followed by all of its container, also by those without evidence', async () => {
    await running.rows(
      "UPDATE governance.trust_ceilings SET since = now() - interval '8 days', cleared_at = now() WHERE agent_id = 'caught:a'",
    );
    const pool = createPool({ url: running.database.url, role: roleOf('governance'), max: 1, pipeline: true });
    try {
      const store = new TrustStandingsStore(
        new OrganizationScope(pool),
        new Outbox('governance', new WorkerPool(pool)),
      );
      const now = new Date();
      const ended = await store.endedCeilings(DEFAULT_ORGANIZATION.id, new Date(now.getTime() - 60_000), now);
      expect(ended.sort()).toEqual(['caught:a', 'caught:new']);
    } finally {
      await pool.end();
    }
  });
});

describe('an explanation', () => {
  it('names what weighs most, however many kinds of events there are', async () => {
    await observed('noise:a', 2, { event_type: 'zz_outage', severity: 'major', dimension: 'security' });
    await running.append(
      STREAMS.trust,
      Array.from({ length: 700 }, (_, index) => ({
        agent_id: 'noise:a',
        event_type: `a_kind_${index}`,
        severity: 'positive',
        impact: '0.01',
        event_id: `noise-${index}`,
      })),
    );
    await running.settled(STREAMS.trust);
    const { body } = await running.call('GET', '/v1/agents/noise:a/trust/explain');
    expect(body.contributions[0]).toMatchObject({ event_type: 'zz_outage', source: 'platform', events: 2 });
  });
});
