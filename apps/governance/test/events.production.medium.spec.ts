import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@agion/testing';
import { STREAMS } from '@agion/wire';
import { v7 as uuidv7 } from 'uuid';
import { agent, TrustUnderTest } from './trust-under-test.js';

let running: TrustUnderTest;
beforeAll(async () => {
  running = await TrustUnderTest.start('production');
}, 60_000);
afterAll(() => running.stop());

const decision = (id: string): Record<string, string> => ({
  decision_id: id,
  agent_id: 'prod:a',
  action: 'send_email',
  decision: 'allow',
  policy_revision: '1',
  at: new Date().toISOString(),
});
const recorded = (id: string): Promise<unknown[]> =>
  running.rows('SELECT * FROM governance.decisions WHERE decision_id::text = $1', id);

describe('in production', () => {
  it('an entry that nothing proves goes to the dead letters, one of a service counts', async () => {
    const event = { agent_id: 'prod:a', event_type: 'task_completed', severity: 'positive', impact: '0.05' };
    await running.append(STREAMS.trust, [
      { ...event, event_id: 'unproven' },
      running.signed(STREAMS.trust, { ...event, event_id: 'proven' }),
    ]);
    await running.settled(STREAMS.trust);
    expect(await running.events('prod:a')).toMatchObject([{ event_id: 'proven', source: 'platform' }]);
    expect(await running.deadLetters(STREAMS.trust)).toMatchObject([
      { event_id: 'unproven', error: expect.stringMatching(/nothing proves/) },
    ]);
  });

  it('decisions are reported over HTTP, where the credentials prove whose they are', async () => {
    const [over, beside] = [uuidv7(), uuidv7()];
    await running.append(STREAMS.decisions, [decision(beside)]);
    const { status } = await running.call('POST', '/v1/events', agent('prod:a'), {
      kind: 'decision',
      ...decision(over),
    });
    expect(status).toBe(202);
    await eventually(async () => expect(await recorded(over)).toHaveLength(1));
    await running.settled(STREAMS.decisions);
    expect(await recorded(beside)).toEqual([]);
    expect(
      await running.call('POST', '/v1/events', agent('prod:b'), { kind: 'decision', ...decision(uuidv7()) }),
    ).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/agent_id' }] },
    });
    const old = { kind: 'decision', ...decision(uuidv7({ msecs: Date.UTC(2024, 0) })) };
    expect(await running.call('POST', '/v1/events', agent('prod:a'), old)).toMatchObject({
      status: 422,
      body: {
        errors: [{ pointer: '/decision_id', detail: expect.stringMatching(/^must be made when the decision was/) }],
      },
    });
  });

  it('execution reports come over HTTP, or signed by the service that saw it', async () => {
    const told = { report_id: 'over', agent_id: 'prod:r', action: 'send_email', status: 'succeeded' };
    await running.append(STREAMS.executionReports, [
      { ...told, report_id: 'beside' },
      running.signed(STREAMS.executionReports, { ...told, report_id: 'seen' }),
    ]);
    const { status } = await running.call('POST', '/v1/events', agent('prod:r'), { kind: 'report', ...told });
    expect(status).toBe(202);
    await running.settled(STREAMS.executionReports);
    expect(await running.rows('SELECT report_id, source FROM governance.execution_reports ORDER BY report_id')).toEqual(
      [
        { report_id: 'over', source: 'self' },
        { report_id: 'seen', source: 'platform' },
      ],
    );
  });
});
