import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { eventually } from '@agion/testing';
import { STREAMS } from '@agion/wire';
import { agent, TrustUnderTest } from './trust-under-test.js';

/** Nobody reads mission events here: coordination does not run. */
const HIGH_WATER = 100;

let running: TrustUnderTest;
beforeAll(async () => {
  running = await TrustUnderTest.start('development', { GOVERNANCE_STREAM_HIGH_WATER: String(HIGH_WATER) });
}, 60_000);
afterAll(() => running.stop());

const report = (agentId: string, events: number): Promise<Response> =>
  running.respond('POST', '/v1/events', agent(agentId), {
    events: Array.from({ length: events }, () => ({
      kind: 'mission',
      mission_id: randomUUID(),
      agent_id: agentId,
      event_type: 'progress',
      event_id: randomUUID(),
    })),
  });
const waiting = (): Promise<number> => running.commands.xlen(STREAMS.missions);

it('takes events while their readers keep up, then no more than a share from each, then none, and says when to come back', async () => {
  expect((await report('busy:a', 50)).status).toBe(202);
  const busy = await report('busy:a', 10);
  expect(busy.status).toBe(429);
  expect(Number(busy.headers.get('retry-after'))).toBeGreaterThan(0);
  expect((await report('calm:b', 45)).status).toBe(202);
  const full = await report('calm:c', 10);
  expect(full.status).toBe(503);
  expect(full.headers.get('retry-after')).toBe('10');
  expect(await waiting()).toBe(95);
  const trust = { kind: 'trust', agent_id: 'busy:a', event_type: 'task_completed', severity: 'positive', impact: 0.05 };
  expect((await running.respond('POST', '/v1/events', agent('busy:a'), trust)).status).toBe(202);
  await running.commands.xtrim(STREAMS.missions, 'MAXLEN', 0);
  await eventually(async () => expect((await report('calm:c', 10)).status).toBe(202));
});
