import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@agion/testing';
import { STREAMS, type Organization } from '@agion/wire';
import { agent, person, TrustUnderTest } from './trust-under-test.js';

let running: TrustUnderTest;
const beginning = Date.now() - 3_600_000;

/** Critical words nobody vouches for, a minute apart. */
async function opened(agentId: string, count: number, organization?: Organization): Promise<void> {
  const entries = Array.from({ length: count }, (_, i) => ({
    agent_id: agentId,
    event_type: 'security_breach',
    severity: 'critical',
    impact: '-0.05',
    event_id: `${agentId.replace(':', '-')}-${i}`,
    context: '{"tool":"shell"}',
    timestamp: new Date(beginning + i * 60_000).toISOString(),
  }));
  await running.append(STREAMS.trust, [...entries, ...entries.slice(0, 1)], organization);
  await eventually(
    async () => {
      const { body } = await running.call(
        'GET',
        `/v1/violations?agent_id=${agentId}`,
        person('operator', organization),
      );
      expect(body.items).toHaveLength(count);
    },
    { timeoutMs: 15_000 },
  );
}

beforeAll(async () => {
  running = await TrustUnderTest.start();
  await opened('viol:a', 5);
  await opened('viol:b', 1);
  await opened('viol:a', 2, running.acme);
}, 60_000);
afterAll(() => running.stop());

describe('violations', () => {
  it('come newest first, page by page, each once', async () => {
    const times: string[] = [];
    let cursor = '';
    do {
      const { body } = await running.call(
        'GET',
        `/v1/violations?agent_id=viol:a&limit=2${cursor && `&cursor=${cursor}`}`,
      );
      times.push(...body.items.map(({ at }: { at: string }) => at));
      cursor = body.next_cursor ?? '';
    } while (cursor);
    expect(times).toHaveLength(5);
    expect(times).toEqual([...times].sort().reverse());
  });

  it('say what they are about', async () => {
    const { body } = await running.call('GET', '/v1/violations?agent_id=viol:b&kind=unverified_critical&status=open');
    expect(body.items).toMatchObject([
      {
        kind: 'unverified_critical',
        agent_id: 'viol:b',
        severity: 'critical',
        summary: expect.stringContaining('security_breach'),
        details: { event_id: 'viol-b-0', context: { tool: 'shell' } },
        status: 'open',
        acknowledged_at: null,
      },
    ]);
    expect((await running.call('GET', '/v1/violations?kind=denied')).body.items).toEqual([]);
  });

  it('are opened for entries that carry the signature of a service which has not made them', async () => {
    const stream = STREAMS.executionReports;
    const entry = { report_id: 'f1', agent_id: 'viol:f', action: 'x', status: 'succeeded' };
    const stolen = running.signed(STREAMS.trust, entry); // for another stream
    const [id] = await running.append(stream, [stolen, { ...entry, report_id: 'f2' }]);
    await running.settled(stream);
    await running.redeliver(stream);
    await running.append(stream, [{ ...entry, report_id: 'f3' }]);
    await running.settled(stream);
    const { body } = await running.call('GET', '/v1/violations?kind=forged');
    expect(body.items).toMatchObject([{ agent_id: 'viol:f', details: { stream, entry: id } }]);
    expect(await running.events('viol:f')).toHaveLength(2);
  });

  it('are acknowledged and resolved by operators, once, with a trace in the audit trail', async () => {
    const { body } = await running.call('GET', '/v1/violations?agent_id=viol:b');
    const { id } = body.items[0] as { id: string };
    const seen = await running.call('POST', `/v1/violations/${id}/acknowledge`, person('operator'), {});
    expect(seen).toMatchObject({ status: 200, body: { status: 'acknowledged', acknowledged_by: 'user:ada' } });
    const again = await running.call('POST', `/v1/violations/${id}/acknowledge`, person('admin'), { note: 'late' });
    expect(again.body).toEqual(seen.body);
    const done = await running.call('POST', `/v1/violations/${id}/resolve`, person('operator'), {
      note: 'false alarm',
    });
    expect(done).toMatchObject({
      status: 200,
      body: { status: 'resolved', resolved_by: 'user:ada', note: 'false alarm' },
    });
    expect((await running.call('POST', `/v1/violations/${id}/acknowledge`, person('operator'), {})).body.status).toBe(
      'resolved',
    );
    await eventually(async () => {
      const types = await running.rows(
        "SELECT type FROM governance.audit_events WHERE subject ->> 'id' = $1 ORDER BY at",
        id,
      );
      expect(types).toEqual([{ type: 'violation.acknowledged' }, { type: 'violation.resolved' }]);
    });
  });

  it('are nobody’s but the operators’ of the organization', async () => {
    for (const as of [person('viewer'), person(null), agent('viol:a')])
      expect((await running.call('GET', '/v1/violations', as)).status).toBe(403);
    const { body } = await running.call('GET', '/v1/violations?agent_id=viol:a');
    const path = `/v1/violations/${body.items[0].id}/resolve`;
    const foreign = await running.call('POST', path, person('admin', running.acme), {});
    expect(foreign).toMatchObject({ status: 404, body: { type: '/problems/violation-not-found' } });
    expect((await running.call('POST', path, person('viewer'), {})).status).toBe(403);
    const { body: after } = await running.call('GET', '/v1/violations?agent_id=viol:a&status=open');
    expect(after.items).toHaveLength(5);
  });

  it.each(['status=lost', 'kind=x', 'cursor=x', 'agent_id=A'])('are not found by %s', async (query) => {
    expect((await running.call('GET', `/v1/violations?${query}`)).status).toBe(422);
  });
});
