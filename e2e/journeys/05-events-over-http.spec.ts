import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '@agion/testing';
import { v7 as uuidv7 } from 'uuid';
import { GovernedAgent } from '../governed-agent.js';
import { type Answer, type Platform, startPlatform } from '../platform.js';
import { RawRedis } from '../raw-redis.js';
import { modelScore } from '../trust-model.js';
import { TrustScene } from '../trust-scene.js';

/** Journey 05 for an agent that has no Redis: all it has to tell goes through `POST /api/v1/events`. */
let platform: Platform;
let redis: RawRedis;
beforeAll(async () => {
  platform = await startPlatform();
  redis = await RawRedis.open(platform.redis.url);
}, 60_000);
afterAll(async () => {
  redis?.close();
  await platform?.stop();
});

test('an agent without Redis tells everything over HTTP, as often as it likes, and each counts once', async () => {
  const operator = await platform.person('operator');
  const agent = await GovernedAgent.register(platform, redis, 'remote:worker');
  const read = async (path: string): Promise<Answer['body']> =>
    (await platform.call('GET', path, { token: operator })).body;
  const { body: mission } = await platform.call('POST', '/api/v1/missions', {
    token: operator,
    body: { name: 'report', goal: 'a chart' },
  });

  const [decisionId, at] = [uuidv7(), new Date().toISOString()];
  const of = { agent_id: agent.id };
  const told = { action: 'generate_chart', decision: 'allow', policy_revision: 1, at };
  const events = [
    { ...of, ...told, kind: 'decision', decision_id: decisionId, context: { rows: 12 }, trust_score: 0.5 },
    { ...of, kind: 'report', report_id: 'r1', decision_id: decisionId, action: 'generate_chart', status: 'succeeded' },
    { ...of, kind: 'trust', event_id: 't1', event_type: 'task_completed', severity: 'positive', impact: 0.05 },
    { ...of, kind: 'feedback', event_id: 'f1', thumb: 'up', execution_id: 'e1' },
    { ...of, kind: 'mission', event_id: 'm1', mission_id: mission.id, event_type: 'task.completed', payload: { n: 1 } },
  ];
  for (const duplicates of [0, 2, 2]) {
    const answer = await platform.call('POST', '/api/v1/events', { token: agent.token, body: { events } });
    expect(answer).toMatchObject({ status: 202, body: { received: 5, duplicates } });
  }

  await eventually(async () => {
    expect(await read(`/api/v1/decisions/${decisionId}`)).toMatchObject({ source: 'local', context: { rows: 12 } });
    expect((await read(`/api/v1/decisions/${decisionId}/reports`)).items).toMatchObject([
      { report_id: 'r1', status: 'succeeded', source: 'self' },
    ]);
    expect((await redis.group('agion:events:missions', 'coordination')).pending).toBe(0);
  });
  const own = { severity: 'positive', impact: 0.05, source: 'self' } as const;
  const expected = modelScore([
    { ...own, dimension: 'reliability' },
    { ...own, dimension: 'reliability' },
    { ...own, dimension: 'feedback' },
  ]);
  const score = await new TrustScene(platform, redis).scoreAfter(agent, 3);
  expect(Math.abs(score - expected)).toBeLessThan(0.1);
  const streams = ['missions', 'decisions'].map((name) => `agion:events:${name}:dead`);
  expect(await redis.call('EXISTS', 'executions:reports:dead', ...streams)).toBe(0);
});
