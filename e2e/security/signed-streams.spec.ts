import { randomBytes, randomUUID } from 'node:crypto';
import { asOwner, eventually } from '@agion/testing';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Platform, startPlatform } from '../platform.js';
import { type Fields, RawRedis } from '../raw-redis.js';
import { openRisk } from './risk.js';
import { SignedAgent } from './signed-agent.js';

/** Production: whoever can write to a stream is nobody yet. */
const TRUST = 'agion:events:trust';
const REQUESTS = 'governance:requests';
const FEEDBACK = 'agion:events:feedback';
const REPORTS = 'executions:reports';
const LOCAL = 'agion:events:decisions';
const MISSIONS = 'agion:events:missions';

let platform: Platform;
let redis: RawRedis;
beforeAll(async () => {
  platform = await startPlatform({ mode: 'production' });
  redis = await RawRedis.open(platform.redis.url);
}, 120_000);
afterAll(async () => {
  redis?.close();
  await platform?.stop();
});

const rows = (sql: string, ...values: unknown[]): Promise<Record<string, unknown>[]> =>
  asOwner(platform.database, async (client) => (await client.query(sql, values)).rows as Record<string, unknown>[]);
const deadLetters = async (stream: string): Promise<Fields[]> =>
  (await redis.range(`${stream}:dead`)).map(({ fields }) => fields);
const settled = (stream: string, group = 'governance'): Promise<void> =>
  eventually(async () => expect(await redis.group(stream, group)).toMatchObject({ lag: 0, pending: 0 }), {
    timeoutMs: 60_000,
  });

/** Everything about an agent that an event could have changed. */
async function standingOf(agent: SignedAgent): Promise<object> {
  const { score, confidence, ceilings } = await agent.trust();
  const count = async (table: string): Promise<unknown> =>
    (await rows(`SELECT count(*)::int AS n FROM governance.${table} WHERE agent_id = $1`, agent.id))[0]?.n;
  return {
    score,
    confidence,
    ceilings,
    events: await count('trust_events'),
    decisions: await count('decisions'),
    feedback: await count('feedback'),
    reports: await count('execution_reports'),
  };
}

describe('in production a stream entry', () => {
  test('is not believed unsigned, and readiness says so', async () => {
    for (const service of ['governance', 'coordination'] as const) {
      const ready = await fetch(`${platform.services.get(service)?.url}/readiness`);
      expect(await ready.json()).toMatchObject({ checks: { signed_entries: { status: 'ok', unsigned: 'refused' } } });
    }
  });

  test('is answered when its agent has signed it, and is a dead letter when nobody has', async () => {
    const agent = await SignedAgent.register(platform, 'signed:asker');
    const ask = (fields: Fields = {}): Fields => ({
      correlation_id: randomUUID(),
      agent_id: agent.id,
      action: 'read',
      ...fields,
    });
    const unsigned = ask();
    const good = ask();
    const wrong = ask();
    await redis.append(REQUESTS, unsigned);
    await redis.append(REQUESTS, agent.sign(REQUESTS, wrong, 'agion_stk_of_somebody_else'));
    await redis.append(REQUESTS, agent.sign(REQUESTS, good));
    await eventually(async () => {
      const answered = (await redis.range('governance:responses')).map(({ fields }) => fields.correlation_id);
      expect(answered).toEqual([good.correlation_id]);
    });
    const dead = await eventually(async () => {
      const letters = await deadLetters(REQUESTS);
      expect(letters.map((letter) => letter.correlation_id).toSorted()).toEqual(
        [unsigned.correlation_id, wrong.correlation_id].toSorted(),
      );
      return letters;
    });
    expect(dead.map(({ error }) => error)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/nothing proves/),
        expect.stringMatching(/neither .* nor the agent/),
      ]),
    );
  });

  test('may be signed with the next key at once, with the last one for a while', async () => {
    const agent = await SignedAgent.register(platform, 'signed:turning');
    const recorded = (events: number): Promise<void> =>
      eventually(async () => expect(await standingOf(agent)).toMatchObject({ events }));
    await redis.append(TRUST, agent.sign(TRUST, agent.trustEvent()));
    await recorded(1);
    const { body } = await platform.call('POST', `/api/v1/agents/${agent.id}/stream-key`, {
      token: agent.token,
      body: { overlap_seconds: 600 },
    });
    await redis.append(TRUST, agent.sign(TRUST, agent.trustEvent(), body.stream_key as string));
    await redis.append(TRUST, agent.sign(TRUST, agent.trustEvent()));
    await recorded(3);
    await platform.call('POST', `/api/v1/agents/${agent.id}/stream-key`, {
      token: agent.token,
      body: { overlap_seconds: 0 },
    });
    const late = agent.sign(TRUST, agent.trustEvent(), body.stream_key as string);
    await eventually(
      async () => {
        await redis.append(TRUST, late); // until the last word about the keys is no longer believed
        expect((await deadLetters(TRUST)).map(({ event_id: id }) => id)).toContain(late.event_id);
      },
      { timeoutMs: 20_000, intervalMs: 500 },
    );
  }, 60_000);
});

describe('a signed request that somebody writes again and again', () => {
  test('stays one decision with one consequence, and keeps nobody else waiting', async () => {
    const agent = await SignedAgent.register(platform, 'signed:replayed');
    const request = agent.sign(REQUESTS, { correlation_id: randomUUID(), agent_id: agent.id, action: 'delete_all' });
    const last = agent.sign(REQUESTS, { correlation_id: randomUUID(), agent_id: agent.id, action: 'delete_all' });
    const letters = (await deadLetters(REQUESTS)).length;
    await redis.appendAll(
      REQUESTS,
      Array.from({ length: 3_000 }, () => request),
    );
    await redis.append(REQUESTS, last);
    await settled(REQUESTS);
    const replies = (await redis.range('governance:responses')).map(({ fields }) => fields);
    const ofRequest = replies.filter(({ correlation_id: id }) => id === request.correlation_id);
    expect(new Set(ofRequest.map(({ decision_id: id }) => id)).size).toBe(1);
    expect(replies.filter(({ correlation_id: id }) => id === last.correlation_id)).toHaveLength(1);
    expect(await standingOf(agent)).toMatchObject({ decisions: 2, events: 2 });
    expect(await deadLetters(REQUESTS)).toHaveLength(letters);
  }, 60_000);
});

describe('a thousand forged entries', () => {
  const risk = openRisk('identity', 'forged stream entries');

  test('change no other agent’s score, ledger or ceiling, and a signed one before and after does', async () => {
    const attacker = await SignedAgent.register(platform, 'forger:one');
    const victim = await SignedAgent.register(platform, 'victim:one');
    const own = victim.sign(TRUST, victim.trustEvent());
    const withoutId = victim.sign(TRUST, {
      agent_id: victim.id,
      event_type: 'task_failed',
      severity: 'minor',
      impact: '-0.05',
    });
    const request = victim.sign(REQUESTS, { correlation_id: randomUUID(), agent_id: victim.id, action: 'delete_all' });
    for (const entry of [own, withoutId]) await redis.append(TRUST, entry);
    await redis.append(REQUESTS, request);
    await risk.control(() =>
      eventually(async () => expect(await standingOf(victim)).toMatchObject({ events: 3, decisions: 1 })),
    );
    const before = await standingOf(victim);

    const critical = (more: Fields = {}): Fields =>
      victim.trustEvent({ event_type: 'data_leak', severity: 'critical', impact: '-1', ...more });
    const noise = (): string => randomBytes(64).toString('base64url');
    const forgeries: (() => [string, Fields])[] = [
      () => [TRUST, critical()],
      () => [TRUST, attacker.sign(TRUST, critical())],
      () => [TRUST, { ...critical({ reporter: 'platform', source: 'platform' }), sig: `governance.${noise()}` }],
      () => [TRUST, { ...critical(), sig: `execution.${noise()}` }],
      () => [TRUST, attacker.sign(TRUST, critical({ timestamp: '2099-01-01T00:00:00Z' }))],
      () => [TRUST, own],
      () => [TRUST, withoutId],
      () => [TRUST, { ...own, severity: 'critical', impact: '-1', event_id: randomUUID() }],
      () => [FEEDBACK, { agent_id: victim.id, rating: '1', user_id: 'boss@example.test', sig: `gateway.${noise()}` }],
      () => [FEEDBACK, attacker.sign(FEEDBACK, { agent_id: victim.id, rating: '1' })],
      () => [REPORTS, { report_id: randomUUID(), agent_id: victim.id, action: 'x', status: 'failed' }],
      () => [
        REPORTS,
        attacker.sign(REPORTS, { report_id: randomUUID(), agent_id: victim.id, action: 'x', status: 'failed' }),
      ],
      () => [REQUESTS, request],
      () => [REQUESTS, attacker.sign(REQUESTS, { correlation_id: randomUUID(), agent_id: victim.id, action: 'x' })],
      () => [LOCAL, attacker.sign(LOCAL, localDenial(victim.id))],
      () => [LOCAL, localDenial(victim.id)],
      () => [MISSIONS, attacker.sign(MISSIONS, missionEvent(victim.id))],
    ];
    const byStream = new Map<string, Fields[]>();
    for (let number = 0; number < 1_000; number += 1) {
      const [stream, fields] = (forgeries[number % forgeries.length] as () => [string, Fields])();
      byStream.set(stream, [...(byStream.get(stream) ?? []), fields]);
    }
    for (const [stream, entries] of byStream) await redis.appendAll(stream, entries);
    for (const stream of byStream.keys()) await settled(stream, stream === MISSIONS ? 'coordination' : 'governance');

    await risk.attempt(async () => {
      expect(await standingOf(victim)).toEqual(before);
      expect(await rows(`SELECT 1 FROM coordination.mission_events WHERE agent_id = $1`, victim.id)).toEqual([]);
    }, 1_000);
    await risk.control(async () => {
      await redis.append(TRUST, victim.sign(TRUST, victim.trustEvent()));
      await eventually(async () => expect(await standingOf(victim)).toMatchObject({ events: 4 }));
    });
  }, 120_000);
});

const localDenial = (agentId: string): Fields => ({
  decision_id: randomUUID(),
  agent_id: agentId,
  action: 'x',
  decision: 'deny',
  policy_revision: '1',
  at: new Date().toISOString(),
});

const missionEvent = (agentId: string): Fields => ({
  mission_id: '0198c0de-1111-7000-8000-000000000001',
  agent_id: agentId,
  event_type: 'task_completed',
});
