import { metrics } from '@opentelemetry/api';
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { asTableOwner, eventually } from '@agion/testing';
import { STREAMS } from '@agion/wire';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { agent, TrustUnderTest } from './trust-under-test.js';

const exporter = new PrometheusExporter({ preventServerStart: true });
let running: TrustUnderTest;
beforeAll(async () => {
  metrics.setGlobalMeterProvider(new MeterProvider({ readers: [exporter] })); // before the service, as in a process of its own
  running = await TrustUnderTest.start();
}, 60_000);
afterAll(async () => {
  await running.stop();
  await exporter.shutdown();
  metrics.disable();
});

/** What Prometheus would be told of trust, without what is the same in each line. */
async function told(): Promise<string[]> {
  const { resourceMetrics } = await exporter.collect();
  const text = new PrometheusSerializer('', false, undefined, true, true).serialize(resourceMetrics);
  return text
    .split('\n')
    .filter((line) => line.startsWith('agion_trust_'))
    .map((line) =>
      line.replace('agion_trust_', '').replace('service="governance",', '').replace('service="governance"', ''),
    );
}

describe('the metrics of trust', () => {
  it('count changes of tiers, on the trail and on the feed, and ceilings in force', async () => {
    const breach = { agent_id: 'met:a', event_type: 'security_breach', severity: 'critical', impact: '-1' };
    await running.append(STREAMS.trust, [running.signed(STREAMS.trust, { ...breach, event_id: 'met-1' })]);
    await eventually(async () =>
      expect(await told()).toEqual(
        expect.arrayContaining([
          'tier_changes_total{from="standard",to="untrusted"} 1',
          'feed_total{what="told"} 1',
          'ceilings{kind="critical",state="in_force"} 1',
          'ceilings{kind="critical",state="ended"} 0',
          'months_overdue{} 0',
        ]),
      ),
    );
  });

  it('tell of ceilings that have ended, for a day', async () => {
    const age = (days: number, cleared: string): Promise<unknown> =>
      running.rows(
        `UPDATE governance.trust_ceilings SET since = now() - interval '${days} days', cleared_at = ${cleared}`,
      );
    await age(2, 'now()'); // which is too early: it stays for seven days
    expect(await told()).toContain('ceilings{kind="critical",state="in_force"} 1');
    await age(8, 'now()');
    expect(await told()).toEqual(
      expect.arrayContaining([
        'ceilings{kind="critical",state="in_force"} 0',
        'ceilings{kind="critical",state="ended"} 1',
      ]),
    );
    await age(20, "now() - interval '2 days'");
    expect(await told()).toContain('ceilings{kind="critical",state="ended"} 0');
  });

  it('count what is said in the name of others, by whether it is known by whom', async () => {
    const report = { kind: 'report', report_id: 'r', agent_id: 'met:b', action: 'x', status: 'failed' };
    await running.call('POST', '/v1/events', agent('met:a'), report);
    const { kind: _, ...entry } = report;
    await running.append(STREAMS.executionReports, [{ ...entry, sig: 'execution.AAAA' }]);
    await eventually(async () =>
      expect(await told()).toEqual(
        expect.arrayContaining([
          'forged_total{channel="http",attributed="true"} 1',
          'forged_total{channel="stream",attributed="false"} 1',
        ]),
      ),
    );
  });

  it('and readiness remind of months that nobody archives, and stay ready', async () => {
    const ready = async (): Promise<unknown> => {
      const { body } = await running.call('GET', '/readiness');
      return (body as { checks: { trust_retention: unknown } }).checks.trust_retention;
    };
    expect(await ready()).toEqual({ status: 'ok', overdue_months: 0 });
    await asTableOwner(running.database, (client) => client.query("SELECT governance.add_trust_month('2024-05-01')"));
    expect(await told()).toContain('months_overdue{} 1');
    expect(await ready()).toMatchObject({
      status: 'ok',
      overdue_months: 1,
      oldest_month: '2024-05',
      warning: expect.stringMatching(/agion trust archive/),
    });
  });
});
