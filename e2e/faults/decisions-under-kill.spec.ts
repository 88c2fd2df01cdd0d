import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { asOwner, eventually } from '@agion/testing';
import { type Platform, startPlatform } from '../platform.js';
import { aPolicy } from '../policies.js';
import { type Fields, RawRedis } from '../raw-redis.js';
import { untilTheTrailIsWritten } from './audit-trail.js';
import { ServiceProcess } from './service-process.js';

/**
 * Governance dies between its reply and its ledger, and between its commit and its acknowledgement. Each request is decided once, for
 * its agent and for the ledger.
 */
const REQUESTS = 'governance:requests';
const RESPONSES = 'governance:responses';
const GROUP = 'governance';
const AGENT = 'langgraph-v2:chart_generator';
/** More than the agent waits for: a process that starts takes a second or two. */
const PATIENCE = '60000';

let platform: Platform;
let redis: RawRedis;
let governance: ServiceProcess | undefined;

beforeAll(async () => {
  platform = await startPlatform({ without: ['governance'] });
  redis = await RawRedis.open(platform.redis.url);
  governance = await ServiceProcess.start('governance', platform);
  const token = await platform.person('admin');
  await platform.call('POST', '/api/v1/agents/register', { body: { agent_id: AGENT, name: AGENT } });
  for (const body of [
    aPolicy({ id: 'charts', effect: 'allow', actions: ['generate_chart', 'send_email'] }),
    aPolicy({ id: 'mail_cap', effect: 'deny', actions: ['send_email'], condition: 'context.amount > 500' }),
  ])
    expect(await platform.call('POST', '/api/v1/policies', { token, body })).toMatchObject({ status: 201 });
  await untilTheTrailIsWritten(platform, redis);
  await governance.stop();
}, 60_000);
afterAll(async () => {
  await governance?.kill();
  redis?.close();
  await platform?.stop();
});

const requestsOf = (round: string, count: number): Fields[] =>
  Array.from({ length: count }, (_, index) => ({
    correlation_id: `${round}-${index}`,
    agent_id: AGENT,
    action: index % 3 === 0 ? 'send_email' : 'generate_chart',
    context: JSON.stringify({ amount: index % 2 === 0 ? 900 : 20 }),
    timeout_ms: PATIENCE,
  }));

interface LedgerRow {
  correlation_id: string;
  decision_id: string;
  decision: string;
  answered: boolean;
}
const ledger = async (round: string): Promise<LedgerRow[]> => {
  const { rows } = await asOwner(platform.database, (client) =>
    client.query<LedgerRow>(
      'SELECT correlation_id, decision_id::text, decision, answered FROM governance.decisions WHERE correlation_id LIKE $1',
      [`${round}-%`],
    ),
  );
  return rows;
};
const replies = async (round: string): Promise<Fields[]> =>
  (await redis.range(RESPONSES))
    .map(({ fields }) => fields)
    .filter((each) => each.correlation_id?.startsWith(`${round}-`));

/** Everything that follows from denials: once for each of them. */
const denialsKept = async (): Promise<Record<string, number>> => {
  const { rows } = await asOwner(platform.database, (client) =>
    client.query(`SELECT
      (SELECT count(*)::int FROM governance.decisions WHERE decision = 'deny') AS decisions,
      (SELECT count(*)::int FROM governance.violations WHERE kind = 'denied') AS violations,
      (SELECT count(*)::int FROM governance.audit_events WHERE type = 'decision.denied') AS facts,
      (SELECT count(*)::int FROM governance.trust_events WHERE event_type = 'policy_denied') AS evidence,
      (SELECT coalesce(sum(count), 0)::int FROM governance.trust_buckets WHERE dimension = 'compliance') AS counted`),
  );
  return rows[0];
};

describe.each(['after_reply', 'after_commit'] as const)('governance dies %s', (point) => {
  test.each([1, 80])(
    'with %i requests in hand: no row of the ledger is missing, none is doubled',
    async (count) => {
      const round = `${point}-${count}`;
      const sent = requestsOf(round, count);
      await redis.appendAll(REQUESTS, sent);
      governance = await ServiceProcess.start('governance', platform, { AGION_CRASH_AT: point });
      expect(await governance.end()).toBe('SIGKILL');

      const answeredBefore = await replies(round);
      const writtenBefore = await ledger(round);
      const unacknowledged = await redis.pending(REQUESTS, GROUP);
      expect(answeredBefore.length).toBeGreaterThan(0);
      expect(unacknowledged.length).toBeGreaterThan(0);
      if (point === 'after_reply') expect(writtenBefore).toEqual([]);
      else expect(writtenBefore.length).toBeGreaterThan(0);

      governance = await ServiceProcess.start('governance', platform);
      await eventually(async () => expect(await redis.group(REQUESTS, GROUP)).toMatchObject({ lag: 0, pending: 0 }), {
        timeoutMs: 20_000,
      });
      await governance.stop();

      const rows = await ledger(round);
      const answers = await replies(round);
      expect(rows.map((row) => row.correlation_id).sort()).toEqual(sent.map((each) => each.correlation_id).sort());
      expect(rows.every(({ answered }) => answered)).toBe(true);
      for (const answer of answers) {
        const row = rows.find((each) => each.correlation_id === answer.correlation_id);
        expect([answer.decision_id, answer.decision]).toEqual([row?.decision_id, row?.decision]);
      }
      expect(new Set(answers.map((answer) => answer.correlation_id)).size).toBe(count);
      const { decisions } = await denialsKept();
      expect(await denialsKept()).toEqual({
        decisions,
        violations: decisions,
        facts: decisions,
        evidence: decisions,
        counted: decisions,
      });
    },
    60_000,
  );
});

describe('a request that is read after its deadline', () => {
  test('is recorded as undecided, and told that it is', async () => {
    const [request] = requestsOf('late', 1);
    await redis.append(REQUESTS, { ...request, timeout_ms: '1' });
    governance = await ServiceProcess.start('governance', platform);
    await eventually(async () => expect(await ledger('late')).toMatchObject([{ answered: false }]), {
      timeoutMs: 10_000,
    });
    expect(await replies('late')).toMatchObject([{ decision: 'deny', allowed: 'false', error: 'unavailable' }]);
    await governance.stop();
  }, 30_000);
});
