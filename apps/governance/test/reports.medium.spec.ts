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

const report = (agentId: string, given: Fields = {}): Fields => ({
  report_id: randomUUID(),
  agent_id: agentId,
  action: 'send_email',
  status: 'succeeded',
  ...given,
});
const append = (entries: Fields[], organization?: TrustUnderTest['acme']): Promise<string[]> =>
  running.append(STREAMS.executionReports, entries, organization);
const settled = (): Promise<void> => running.settled(STREAMS.executionReports);
const reportsOf = (agentId: string): Promise<Record<string, unknown>[]> =>
  running.rows('SELECT * FROM governance.execution_reports WHERE agent_id = $1 ORDER BY report_id', agentId);

describe('an execution report', () => {
  it('becomes a row with everything it said', async () => {
    const decisionId = randomUUID();
    await append([
      report('full:a', {
        report_id: 'r-full',
        status: 'failed',
        execution_id: 'e1',
        decision_id: decisionId,
        mission_id: 'm1',
        task_id: 't1',
        started_at: '2026-01-31T12:00:00Z',
        duration_ms: '812.5',
        error: 'the mail server\nrefused it',
        usage: '{"tokens":1200}',
        metrics: '{"attempts":2}',
      }),
    ]);
    await settled();
    expect(await reportsOf('full:a')).toMatchObject([
      {
        report_id: 'r-full',
        action: 'send_email',
        status: 'failed',
        execution_id: 'e1',
        decision_id: decisionId,
        mission_id: 'm1',
        task_id: 't1',
        started_at: new Date('2026-01-31T12:00:00Z'),
        duration_ms: 812.5,
        error: 'the mail server\nrefused it',
        usage: { tokens: 1200 },
        metrics: { attempts: 2 },
        source: 'self',
      },
    ]);
  });

  it.each([
    ['succeeded', 'positive', 250_000],
    ['failed', 'minor', 500_000],
    ['timed_out', 'minor', 500_000],
    ['cancelled', 'neutral', 0],
  ])('that it %s counts as %s', async (status, severity, weight) => {
    await append([report(`says:${status}`, { status })]);
    await settled();
    expect(await running.events(`says:${status}`)).toMatchObject([
      { event_type: `execution_${status}`, severity, weight: String(weight), dimension: 'reliability' },
    ]);
  });

  it('counts fully when a service has signed it', async () => {
    await append([running.signed(STREAMS.executionReports, report('signed:a'))]);
    await settled();
    expect(await running.events('signed:a')).toMatchObject([{ source: 'platform', weight: '1000000' }]);
  });

  it('counts once, however often it comes and is delivered', async () => {
    const reports = Array.from({ length: 50 }, (_, i) => report('twice:a', { report_id: `twice-${i}` }));
    await append([...reports, ...reports.slice(0, 5)]);
    await settled();
    await running.redeliver(STREAMS.executionReports);
    await append([report('twice:b')]);
    await settled();
    expect(await reportsOf('twice:b')).toHaveLength(1);
    expect(await reportsOf('twice:a')).toHaveLength(50);
    expect(await running.events('twice:a')).toHaveLength(50);
    expect(await running.key('twice:a')).toBe((await running.trust('twice:a')).trust_score);
  });

  it('is joined to its decision, whatever comes first, and only to one of the same agent', async () => {
    const ask = (action: string): ReturnType<TrustUnderTest['call']> =>
      running.call('POST', '/v1/governance/check', agent('joined:a'), { agent_id: 'joined:a', action });
    const decisionId = (await ask('send_email')).body.decision_id as string;
    const other = (await ask('read')).body.decision_id as string;
    await append([
      report('joined:a', {
        report_id: 'j-1',
        decision_id: decisionId,
        status: 'failed',
        error: 'late',
        usage: '{"tokens":3}',
      }),
      report('joined:a', { report_id: 'j-2', decision_id: decisionId.toUpperCase() }),
      report('joined:b', { report_id: 'j-3', decision_id: decisionId }),
      report('joined:a', { report_id: 'j-4', decision_id: 'not an id' }),
    ]);
    await settled();
    const read = (id: string, as = person('viewer')): ReturnType<TrustUnderTest['call']> =>
      running.call('GET', `/v1/decisions/${id}/reports`, as);
    expect(await read(decisionId)).toMatchObject({
      status: 200,
      body: {
        decision_id: decisionId,
        items: [
          {
            report_id: 'j-1',
            status: 'failed',
            source: 'self',
            error: 'late',
            usage: { tokens: 3 },
            duration_ms: null,
          },
          { report_id: 'j-2', status: 'succeeded', error: null },
        ],
      },
    });
    expect((await read(other)).body.items).toEqual([]);
    for (const id of [randomUUID(), 'nonsense'])
      expect(await read(id)).toMatchObject({ status: 404, body: { type: '/problems/decision-not-found' } });
    expect((await read(decisionId, person('viewer', running.acme))).status).toBe(404);
    expect((await read(decisionId, agent('joined:a'))).status).toBe(403);
  });

  it('is the first of those that claim one identity, also for the score', async () => {
    const claims = Array.from({ length: 95 }, (_, i) =>
      report(`claim:a${i < 5 ? 0 : i}`, { report_id: `claim-${(94 - i) % 5}`, status: i < 5 ? 'succeeded' : 'failed' }),
    );
    await append(claims);
    await settled();
    const kept = await running.rows(
      "SELECT agent_id, status FROM governance.execution_reports WHERE report_id LIKE 'claim-%'",
    );
    expect(kept).toEqual(Array.from({ length: 5 }, () => ({ agent_id: 'claim:a0', status: 'succeeded' })));
    expect(
      await running.rows(
        "SELECT agent_id, count(*)::int AS events FROM governance.trust_events WHERE agent_id LIKE 'claim:%' GROUP BY 1",
      ),
    ).toEqual([{ agent_id: 'claim:a0', events: 5 }]);
  });

  it('goes to the dead letters when it cannot be read or speaks of nobody', async () => {
    const ids = await append([
      report('no:a', { status: 'lost' }),
      report('no:a', { duration_ms: 'long' }),
      report('no:a', { usage: '[]' }),
      report('no:ghost'),
      { agent_id: 'no:a', action: 'x', status: 'succeeded' },
    ]);
    await settled();
    const letters = await running.deadLetters(STREAMS.executionReports);
    expect(ids.map((id) => letters.find(({ source_id: source }) => source === id)?.error)).toEqual([
      expect.stringMatching(/status/),
      expect.stringMatching(/duration_ms/),
      expect.stringMatching(/usage/),
      expect.stringMatching(/no agent/),
      expect.stringMatching(/report_id/),
    ]);
    expect(await reportsOf('no:a')).toEqual([]);
  });

  it('stays within its organization', async () => {
    await append([report('both:a', { report_id: 'same' })]);
    await append([report('both:a', { report_id: 'same', status: 'failed' })], running.acme);
    await eventually(async () => expect(await reportsOf('both:a')).toHaveLength(2), { timeoutMs: 15_000 });
    expect(await running.events('both:a')).toMatchObject([{ severity: 'positive' }]);
    expect(await running.events('both:a', running.acme)).toMatchObject([{ severity: 'minor' }]);
  });
});
