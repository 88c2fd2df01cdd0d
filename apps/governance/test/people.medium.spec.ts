import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@agion/testing';
import { STREAMS } from '@agion/wire';
import { agent, person, TrustUnderTest } from './trust-under-test.js';

let running: TrustUnderTest;
beforeAll(async () => {
  running = await TrustUnderTest.start();
}, 60_000);
afterAll(() => running.stop());

const erase = (as = person('admin'), user_id: unknown = 'ada'): ReturnType<TrustUnderTest['call']> =>
  running.call('POST', '/v1/people/erase', as, { user_id });
const bob = { ...person('viewer'), subject: 'bob' };
const rate = (as: typeof bob, rating: number, comment: string): ReturnType<TrustUnderTest['call']> =>
  running.call('POST', '/v1/feedback', as, { agent_id: 'rated:a', rating, comment, execution_id: 'run-1' });
/** All of governance that is about agents, but the trail. */
const TABLES = [
  'feedback',
  'feedback_votes',
  'trust_events',
  'trust_ceilings',
  'decisions',
  'execution_reports',
  'violations',
  'idempotency_keys',
];
async function observedBreach(agentId: string): Promise<void> {
  const event = { agent_id: agentId, event_type: 'security_breach', severity: 'critical', impact: '-1' };
  await running.append(STREAMS.trust, [running.signed(STREAMS.trust, event)]);
  await running.settled(STREAMS.trust);
}
const differences = (): Promise<unknown[]> =>
  running.rows(
    `SELECT * FROM (SELECT organization_id, agent_id, fingerprint, dimension, day, sum(positive) p, sum(negative) n, sum(count) c
        FROM governance.trust_replay GROUP BY 1, 2, 3, 4, 5) replay
      FULL JOIN governance.trust_buckets bucket USING (organization_id, agent_id, fingerprint, dimension, day)
      WHERE (p, n, c) IS DISTINCT FROM (positive, negative, count)`,
  );

describe('a person who asks to be forgotten', () => {
  it('is named nowhere any more but on the audit trail, and what followed from it stays', async () => {
    await rate(person('viewer'), 5, 'what only ada could know');
    await rate(bob, 2, 'what bob thinks');
    await running.call('POST', '/v1/events', person('operator'), [
      {
        kind: 'trust',
        agent_id: 'rated:a',
        event_type: 'task_failed',
        severity: 'minor',
        impact: -0.05,
        context: { for: ['ada'] },
      },
      {
        kind: 'trust',
        agent_id: 'rated:a',
        event_type: 'task_done',
        severity: 'positive',
        impact: 0.05,
        context: { of: 'adam' },
      },
    ]);
    await running.append(STREAMS.feedback, [
      { agent_id: 'rated:a', rating: '4', user_id: 'ada', event_id: 'claimed-1', comment: 'as ada told it' },
    ]);
    await running.settled(STREAMS.feedback);
    await running.call('POST', '/v1/governance/check', agent('rated:a'), {
      agent_id: 'rated:a',
      action: 'send',
      user_id: 'ada',
      context: { recipient: 'ada' },
    });
    await eventually(async () =>
      expect(await running.rows("SELECT 1 FROM governance.decisions WHERE agent_id = 'rated:a'")).toHaveLength(1),
    );
    await running.append(STREAMS.executionReports, [
      {
        report_id: 'r-1',
        agent_id: 'rated:a',
        action: 'send',
        status: 'failed',
        metrics: '{"to":["ada"]}',
        usage: '{"n":1}',
      },
    ]);
    await running.settled(STREAMS.executionReports);
    const { body: open } = await running.call('GET', '/v1/violations?kind=denied');
    await running.call('POST', `/v1/violations/${open.items[0].id}/acknowledge`, person('operator'), {});
    await observedBreach('clear:a');
    const { body: capped } = await running.call('GET', '/v1/agents/clear:a/trust');
    await running.call('POST', `/v1/agents/clear:a/trust/ceilings/${capped.ceilings[0].id}/clear`, person('operator'), {
      reason: 'a drill',
    });
    const before = await running.trust('rated:a');

    const { status, body } = await erase();
    expect(status).toBe(200);
    expect(body).toMatchObject({ stand_in: expect.stringMatching(/^erased:[0-9a-f]{32}$/), feedback: 2, decisions: 1 });
    expect(body).toMatchObject({ violations: 1, reports: 1 });
    expect(await running.rows("SELECT usage FROM governance.execution_reports WHERE report_id = 'r-1'")).toEqual([
      { usage: { n: 1 } },
    ]);
    for (const table of TABLES)
      expect([
        table,
        await running.rows(
          `SELECT t FROM governance.${table} t WHERE t::text ~ '\\mada\\M' OR t::text LIKE '%ada told%'`,
        ),
      ]).toEqual([table, []]);
    expect(await running.trust('rated:a')).toEqual(before);
    expect(await differences()).toEqual([]);
    expect(await running.rows("SELECT comment FROM governance.feedback WHERE author = 'user:bob'")).toEqual([
      { comment: 'what bob thinks' },
    ]);
    expect(await running.rows("SELECT 1 FROM governance.trust_events WHERE context ->> 'of' = 'adam'")).toHaveLength(1);
    await eventually(async () =>
      expect(
        await running.rows(
          "SELECT subject ->> 'id' AS id, details FROM governance.audit_events WHERE type = 'person.erased'",
        ),
      ).toEqual([{ id: body.stand_in, details: expect.objectContaining({ feedback: 2 }) }]),
    );
  });

  it('still has one vote: one given later replaces the one that is nobody’s now', async () => {
    const [before] = await running.rows(
      "SELECT sum(positive)::int AS positive FROM governance.trust_buckets WHERE dimension = 'feedback'",
    );
    await rate(person('viewer'), 4, 'again');
    const [after] = await running.rows(
      "SELECT sum(positive)::int AS positive FROM governance.trust_buckets WHERE dimension = 'feedback'",
    );
    expect(Number(after?.positive) - Number(before?.positive)).toBe(-1_500_000);
    expect(await differences()).toEqual([]);
    expect((await erase()).body).toMatchObject({ feedback: 1 });
    expect((await erase()).body).toMatchObject({ feedback: 0, events: 0, decisions: 0, violations: 0 });
  });

  it('is forgotten in dead letters too, which then cannot be put back', async () => {
    const event = { agent_id: 'rated:ghost', event_type: 'x', severity: 'minor', impact: '0.05' };
    await running.append(STREAMS.trust, [
      { ...event, context: '{"for":["ada"]}' },
      { ...event, context: '{"for":["adam"]}' },
    ]);
    const letters = await eventually(async () => {
      const { body } = await running.call('GET', '/v1/dead-letters?agent_id=rated:ghost');
      expect(body.items).toHaveLength(2);
      return body.items as { id: string }[];
    });
    expect((await erase()).body).toMatchObject({ dead_letters: 1 });
    const held = await Promise.all(letters.map(({ id }) => running.call('GET', `/v1/dead-letters/${id}`)));
    expect(held.map(({ body }) => body.fields?.context ?? body.obstacle).sort()).toEqual([
      expect.stringContaining('forgotten'),
      '{"for":["adam"]}',
    ]);
    expect((await erase()).body).toMatchObject({ dead_letters: 0 });
  });

  it('is forgotten by admins only, in their own organization', async () => {
    await rate(person('viewer'), 4, 'mine');
    expect((await erase(person('operator'))).status).toBe(403);
    expect((await erase(person('admin', running.acme))).body).toMatchObject({ feedback: 0, events: 0 });
    expect((await erase(person('admin'), '')).status).toBe(422);
    expect(await running.rows("SELECT 1 FROM governance.feedback WHERE comment = 'mine'")).toHaveLength(1);
  });
});
