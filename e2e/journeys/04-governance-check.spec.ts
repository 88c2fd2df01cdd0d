import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { asOwner, eventually } from '@agion/testing';
import { v7 as uuidv7 } from 'uuid';
import { misfits } from '../async-api.js';
import { GovernedAgent, type Question, verdictOfBody, verdictOfFields } from '../governed-agent.js';
import { type Platform, startPlatform } from '../platform.js';
import { createPolicies } from '../policies.js';
import { RawRedis } from '../raw-redis.js';

/** Journey 04: docs/journeys/04-governance-check.md */
const REQUESTS = 'governance:requests';
const RESPONSES = 'governance:responses';

let platform: Platform;
let redis: RawRedis;
let agent: GovernedAgent;
let operator: string;

beforeAll(async () => {
  platform = await startPlatform();
  redis = await RawRedis.open(platform.redis.url);
  operator = await platform.person('operator');
  agent = await GovernedAgent.register(platform, redis, 'langgraph-v2:chart_generator');
  await createPolicies(
    platform,
    { id: 'reports', effect: 'allow', agents: ['langgraph-v2:*'], actions: ['generate_*', 'send_email'] },
    {
      id: 'mail_cap',
      effect: 'deny',
      actions: ['send_email'],
      condition: 'context.amount > 500',
      message: 'mail above 500 is for people',
    },
    { id: 'payroll', effect: 'deny', resources: ['payroll*'], message: 'payroll is closed to agents' },
    { id: 'trusted_only', effect: 'allow', actions: ['delete_rows'], condition: 'agent.trust >= 0.7' },
  );
}, 60_000);
afterAll(async () => {
  redis?.close();
  await platform?.stop();
});

const QUESTIONS: [what: string, question: Question, decision: string, winner: string | null][] = [
  ['a chart', { action: 'generate_chart', resource: 'sales' }, 'allow', 'reports'],
  ['a small mail', { action: 'send_email', resource: 'smtp', context: { amount: 120 } }, 'allow', 'reports'],
  ['a large mail', { action: 'send_email', resource: 'smtp', context: { amount: 900 } }, 'deny', 'mail_cap'],
  ['a mail of unknown size', { action: 'send_email', resource: 'smtp', context: {} }, 'deny', 'mail_cap'],
  ['a chart of salaries', { action: 'generate_chart', resource: 'payroll_2026' }, 'deny', 'payroll'],
  ['what nobody has allowed', { action: 'launch_rocket', resource: 'pad' }, 'deny', null],
  ['what needs more trust', { action: 'delete_rows', resource: 'sales' }, 'deny', null],
];

describe('an agent asks before it acts', () => {
  test.each(QUESTIONS)('%s: the same answer over the stream, to its own stream, and over HTTP', async (...row) => {
    const [, question, decision, winner] = row;
    const streamed = await agent.askStream(question);
    const container = await agent.askStream(question, `${RESPONSES}:langgraph-v2`);
    const instance = await agent.askStream(question, `${RESPONSES}:langgraph-v2:pod-7`);
    const answered = await agent.askHttp(question);
    expect(answered.status).toBe(200);
    expect(verdictOfFields(streamed)).toMatchObject({ decision, allowed: decision === 'allow' });
    expect(Number(streamed.trust_score)).toBeLessThanOrEqual(0.5);
    for (const other of [verdictOfFields(container), verdictOfFields(instance), verdictOfBody(answered)])
      expect(other).toEqual(verdictOfFields(streamed));
    expect(answered.body.winner?.policy ?? null).toBe(winner);
    expect([streamed, container, instance].flatMap((fields) => misfits(RESPONSES, fields))).toEqual([]);
    const ids = [streamed, container, instance].map((fields) => fields.decision_id);
    expect(new Set([...ids, answered.body.decision_id]).size).toBe(4);
  });

  test('the message of the policy that forbids is the reason', async () => {
    const { reason } = await agent.askStream({ action: 'send_email', resource: 'smtp', context: { amount: 900 } });
    expect(reason).toContain('mail above 500 is for people');
  });

  test('the answer comes within the five seconds an SDK waits, usually within milliseconds', async () => {
    const times: number[] = [];
    for (let round = 0; round < 20; round++) {
      const since = performance.now();
      await agent.askStream({ action: 'generate_chart', resource: 'sales' });
      times.push(performance.now() - since);
    }
    expect(times.sort((a, b) => a - b)[10]).toBeLessThan(500);
  });
});

describe('an agent speaks only for itself', () => {
  test('over HTTP it may not ask in the name of another one', async () => {
    const answer = await agent.askHttp({ action: 'generate_chart' }, { agent_id: 'crewai:writer' });
    expect(answer).toMatchObject({ status: 403, body: { type: '/problems/forbidden' } });
  });

  test('a request that lacks something goes to the dead letters and is not answered', async () => {
    const correlation = randomUUID();
    const id = await redis.append(REQUESTS, { correlation_id: correlation, agent_id: agent.id });
    await eventually(async () => {
      const dead = (await redis.range(`${REQUESTS}:dead`)).map(({ fields }) => fields);
      expect(dead).toContainEqual(expect.objectContaining({ correlation_id: correlation, source_id: id }));
    });
    expect((await redis.range(RESPONSES)).some(({ fields }) => fields.correlation_id === correlation)).toBe(false);
  });

  test('an agent nobody has registered is not allowed anything', async () => {
    const correlation = randomUUID();
    await redis.append(REQUESTS, {
      correlation_id: correlation,
      agent_id: 'langgraph-v2:ghost',
      action: 'generate_chart',
    });
    await eventually(async () => {
      const answer = (await redis.range(RESPONSES)).find(({ fields }) => fields.correlation_id === correlation);
      expect(answer?.fields).toMatchObject({ allowed: 'false' });
    });
  });
});

describe('what was decided', () => {
  test('stands in the ledger once, whichever way it was asked, and can be explained', async () => {
    const fields = await agent.askStream({ action: 'send_email', resource: 'smtp', context: { amount: 901 } });
    const path = `/api/v1/decisions/${fields.decision_id}`;
    const found = await eventually(async () => {
      const answer = await platform.call('GET', path, { token: operator });
      expect(answer.status).toBe(200);
      return answer.body;
    });
    expect(found).toMatchObject({
      decision_id: fields.decision_id,
      correlation_id: fields.correlation_id,
      agent_id: agent.id,
      action: 'send_email',
      decision: 'deny',
      winner: { policy: 'mail_cap', version: 1 },
      source: 'bus',
      context: { amount: 901 },
    });
    const why = await platform.call('GET', `${path}/why`, { token: operator });
    expect(why.status).toBe(200);
    expect(JSON.stringify(why.body)).toContain('mail_cap');
    expect(JSON.stringify(why.body)).toContain('reports');
  });

  test('is complete: one row for each answer, none twice', async () => {
    const answered = [RESPONSES, `${RESPONSES}:langgraph-v2`, `${RESPONSES}:langgraph-v2:pod-7`];
    const replies = (await Promise.all(answered.map((stream) => redis.range(stream)))).flat();
    await eventually(async () => {
      const { rows } = await asOwner(platform.database, (client) =>
        client.query<{ id: string }>("SELECT decision_id::text AS id FROM governance.decisions WHERE source = 'bus'"),
      );
      expect(rows.map(({ id }) => id).sort()).toEqual(replies.map(({ fields }) => fields.decision_id).sort());
    });
  });

  test('can be found: what was denied to this agent', async () => {
    const query = new URLSearchParams({ agent_id: agent.id, decision: 'deny', action: 'launch_rocket' });
    const { body } = await platform.call('GET', `/api/v1/decisions?${query.toString()}`, { token: operator });
    expect(body.items).toHaveLength(4);
    for (const item of body.items)
      expect(item).toMatchObject({ agent_id: agent.id, action: 'launch_rocket', winner: null });
  });

  test('opens a violation when it was a denial', async () => {
    await eventually(async () => {
      const { body } = await platform.call('GET', '/api/v1/violations', { token: operator });
      expect(body.items).toContainEqual(
        expect.objectContaining({ kind: 'denied', agent_id: agent.id, decision_id: expect.any(String) }),
      );
    });
  });

  test('leaves a trail that names the agent, the policy and the decision', async () => {
    const fields = await agent.askStream({ action: 'send_email', resource: 'smtp', context: { amount: 902 } });
    await eventually(async () => {
      const query = new URLSearchParams({ outcome: 'denied', limit: '200' });
      const { body } = await platform.call('GET', `/api/v1/audit?${query.toString()}`, { token: operator });
      const fact = body.items.find((item: unknown) => JSON.stringify(item).includes(fields.decision_id ?? ''));
      expect(fact).toBeDefined();
      expect(JSON.stringify(fact)).toContain(agent.id);
      expect(JSON.stringify(fact)).toContain('mail_cap');
    });
  });
});

describe('a decision an SDK made by itself', () => {
  test('joins the same ledger, once, however often it is told', async () => {
    const decisionId = uuidv7();
    const told = {
      decision_id: decisionId,
      agent_id: agent.id,
      action: 'generate_chart',
      decision: 'allow',
      policy_revision: '4',
      at: new Date().toISOString(),
      winner: JSON.stringify({ policy: 'reports', version: 1 }),
    };
    expect(misfits('agion:events:decisions', told)).toEqual([]);
    for (let time = 0; time < 3; time++) await redis.append('agion:events:decisions', told);
    const found = await eventually(async () => {
      const answer = await platform.call('GET', `/api/v1/decisions/${decisionId}`, { token: operator });
      expect(answer.status).toBe(200);
      return answer.body;
    });
    expect(found).toMatchObject({ agent_id: agent.id, decision: 'allow', source: 'local' });
    const { rows } = await asOwner(platform.database, (client) =>
      client.query('SELECT 1 FROM governance.decisions WHERE decision_id = $1', [decisionId]),
    );
    expect(rows).toHaveLength(1);
  });
});
