import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@agion/testing';
import { type Platform, startPlatform } from '../../../e2e/platform.js';
import type { EventBufferOptions } from '../src/events/event-buffer.js';
import { PublishingAgent, SUCCESS } from './publishing-agent.js';

let platform: Platform;
const agents: PublishingAgent[] = [];

beforeAll(async () => {
  platform = await startPlatform();
}, 60_000);
afterEach(async () => {
  await Promise.all(agents.splice(0).map(({ buffer }) => buffer.close()));
});
afterAll(() => platform?.stop());

async function register(way: 'redis' | 'http', options?: Partial<EventBufferOptions>): Promise<PublishingAgent> {
  const agent = await PublishingAgent.register(platform, `${way}-${randomUUID().slice(0, 8)}:worker`, way, options);
  agents.push(agent);
  return agent;
}

async function aMission(): Promise<string> {
  const token = await platform.person('operator');
  const { body } = await platform.call('POST', '/api/v1/missions', {
    token,
    body: { name: 'sales', goal: 'a report' },
  });
  return body.id as string;
}

describe.each(['redis', 'http'] as const)('events over %s', (way) => {
  it('of each kind are recorded under their ids', async () => {
    const agent = await register(way);
    const missionId = await aMission();
    const context = { rows: 12, text: '“line\nbreak”' };
    const ids = {
      trust: agent.events.publishTrustEvent({ ...SUCCESS, context }).eventId,
      feedback: agent.events.publishFeedback({ rating: 5, comment: 'well done\nindeed', userId: 'ada' }).eventId,
      mission: agent.events.publishMissionEvent({ missionId, eventType: 'task.completed', payload: { rows: 3 } })
        .eventId,
      report: agent.events.reportExecution({
        action: 'generate_chart',
        status: 'failed',
        startedAt: new Date(),
        durationMs: 12.5,
        error: 'too many rows',
        usage: { tokens: 7 },
      }).eventId,
    };
    await agent.events.flush();
    expect(agent.events.counts).toEqual({ published: 4, failed: 0, dropped: 0, bufferSize: 0 });
    await eventually(
      async () => {
        expect(await agent.recorded('governance.trust_events', 'event_id')).toContain(ids.trust);
        expect(await agent.recorded('governance.trust_events', 'context')).toContainEqual(context);
        expect(await agent.recorded('governance.feedback', 'feedback_id')).toEqual([ids.feedback]);
        expect(await agent.recorded('coordination.mission_events', 'event_id')).toEqual([ids.mission]);
        expect(await agent.recorded('governance.execution_reports', 'report_id')).toEqual([ids.report]);
        expect(await agent.recorded('governance.execution_reports', 'duration_ms')).toEqual([12.5]);
      },
      { timeoutMs: 10_000 },
    );
  });

  it('that are durable are acknowledged when the call resolves', async () => {
    const agent = await register(way);
    const { eventId } = await agent.events.publishTrustEvent(SUCCESS, { mode: 'durable' });
    expect(agent.events.counts).toMatchObject({ published: 1, bufferSize: 0 });
    await eventually(async () =>
      expect(await agent.recorded('governance.trust_events', 'event_id')).toEqual([eventId]),
    );
  });

  it('that are told twice under one id count once', async () => {
    const agent = await register(way);
    const { eventId } = await agent.events.publishTrustEvent(SUCCESS, { mode: 'durable' });
    await agent.events.publishTrustEvent({ ...SUCCESS, eventId }, { mode: 'durable' });
    const other = await agent.events.publishTrustEvent(SUCCESS, { mode: 'durable' });
    await eventually(async () =>
      expect((await agent.recorded('governance.trust_events', 'event_id')).sort()).toEqual(
        [eventId, other.eventId].sort(),
      ),
    );
    expect(await agent.counted()).toBe(2);
  });

  it('are thousands of any size: all of them arrive, each once', async () => {
    const agent = await register(way, { capacity: 5_000 });
    const ids = Array.from(
      { length: 3_000 },
      (_, n) => agent.events.publishTrustEvent({ ...SUCCESS, context: { text: 'x'.repeat(n % 5_000) } }).eventId,
    );
    await agent.buffer.close(20_000);
    expect(agent.events.counts).toEqual({ published: 3_000, failed: 0, dropped: 0, bufferSize: 0 });
    await eventually(
      async () => expect((await agent.recorded('governance.trust_events', 'event_id')).sort()).toEqual(ids.sort()),
      { timeoutMs: 20_000, intervalMs: 200 },
    );
    expect(await agent.counted()).toBe(3_000);
  }, 60_000);
});

describe('events over HTTP', () => {
  it('that the platform names as faulty are dropped and counted, all others are published', async () => {
    const agent = await register('http');
    const ids: string[] = [];
    for (let n = 0; n < 700; n += 1) {
      if (n % 100 === 50) agent.events.publishTrustEvent({ ...SUCCESS, agentId: `nobody-${n}:knows` });
      else ids.push(agent.events.publishTrustEvent(SUCCESS).eventId);
    }
    await agent.events.flush();
    expect(agent.events.counts).toEqual({ published: 693, failed: 7, dropped: 0, bufferSize: 0 });
    expect((await agent.recorded('governance.trust_events', 'event_id')).sort()).toEqual(ids.sort());
  });

  it('wait while the platform refuses the token', async () => {
    const agent = await register('http');
    const { token } = agent;
    agent.token = 'agion_agt_nobody';
    const { eventId } = agent.events.publishTrustEvent(SUCCESS);
    await agent.events.flush();
    expect(agent.events.counts).toEqual({ published: 0, failed: 0, dropped: 0, bufferSize: 1 });
    agent.token = token;
    await agent.events.flush();
    expect(agent.events.counts).toEqual({ published: 1, failed: 0, dropped: 0, bufferSize: 0 });
    expect(await agent.recorded('governance.trust_events', 'event_id')).toEqual([eventId]);
  });

  it('whose answer was lost are sent again, and count once', async () => {
    const agent = await register('http');
    const ids = Array.from({ length: 50 }, () => agent.events.publishTrustEvent(SUCCESS).eventId);
    agent.losesAnswers = true;
    await agent.events.flush();
    expect(agent.events.counts).toEqual({ published: 0, failed: 0, dropped: 0, bufferSize: 50 });
    expect(await agent.counted()).toBe(50);
    agent.losesAnswers = false;
    await agent.events.flush();
    expect(agent.events.counts).toEqual({ published: 50, failed: 0, dropped: 0, bufferSize: 0 });
    expect((await agent.recorded('governance.trust_events', 'event_id')).sort()).toEqual(ids.sort());
    expect(await agent.counted()).toBe(50);
  });
});
