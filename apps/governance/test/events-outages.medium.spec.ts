import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@agion/testing';
import { STREAMS } from '@agion/wire';
import { agent, TrustUnderTest } from './trust-under-test.js';

let running: TrustUnderTest;
beforeAll(async () => {
  running = await TrustUnderTest.start();
}, 60_000);
afterAll(() => running.stop());

const trust = (agentId: string): Record<string, unknown> => ({
  kind: 'trust',
  agent_id: agentId,
  event_type: 'task_completed',
  severity: 'positive',
  impact: 0.05,
  event_id: randomUUID(),
});
const post = (agentId: string, body: unknown): ReturnType<TrustUnderTest['call']> =>
  running.call('POST', '/v1/events', agent(agentId), body);

describe('events over HTTP while Redis is away', () => {
  it('are refused whole when some have to go on to a stream: the caller keeps them and tries again', async () => {
    const report = { kind: 'report', report_id: 'once', agent_id: 'away:a', action: 'send_email', status: 'succeeded' };
    const events = [trust('away:a'), report];
    running.redis.signal('SIGSTOP');
    try {
      expect(await post('away:a', events)).toMatchObject({ status: 503, body: { type: '/problems/unavailable' } });
      expect(await running.events('away:a')).toEqual([]);
    } finally {
      running.redis.signal('SIGCONT');
    }
    await eventually(async () => expect((await post('away:a', events)).status).toBe(202));
    await running.settled(STREAMS.executionReports);
    expect(await running.events('away:a')).toHaveLength(2);
  });

  it('are taken in when they need no stream, and the score is in Redis as soon as it is back', async () => {
    await running.redis.stop();
    expect((await post('away:b', trust('away:b'))).status).toBe(202);
    const { trust_score: trustScore } = await running.trust('away:b');
    await expect(running.key('away:b')).rejects.toThrow();
    await running.redis.start();
    await eventually(async () => expect(await running.key('away:b')).toBe(trustScore), { timeoutMs: 10_000 });
  });
});
