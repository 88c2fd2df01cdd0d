import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createPool, roleOf, workerRoleOf } from '@agion/database';
import { eventually } from '@agion/testing';
import { DEFAULT_ORGANIZATION, STREAMS } from '@agion/wire';
import { v7 as uuidv7 } from 'uuid';
import { DecisionsUnderTest, person } from './decisions-under-test.js';
import { ACME, POLICIES } from './published-policies.js';

const DAY = 86_400_000;
const CANARY = 'quarterly-canary';
let test: DecisionsUnderTest;
beforeAll(async () => {
  test = await DecisionsUnderTest.start([
    { organization: DEFAULT_ORGANIZATION, policies: POLICIES },
    { organization: ACME, policies: POLICIES },
  ]);
}, 60_000);
afterAll(() => test.stop());

const decided = async (context: object = {}): Promise<string> => {
  const { decision_id: id = '' } = await test.answerTo({ action: 'send', context: { note: CANARY, ...context } });
  await test.recorded(id);
  return id;
};
const partitionOf = async (id: string): Promise<unknown> =>
  (await test.rows('SELECT tableoid::regclass::text AS name FROM governance.decisions WHERE decision_id = $1', id))[0]
    ?.name;
const partitions = async (): Promise<string[]> =>
  (
    await test.rows(`SELECT relname::text AS name FROM pg_class
      WHERE relnamespace = 'governance_partitions'::regnamespace AND relkind = 'r' ORDER BY 1`)
  ).map(({ name }) => String(name));
const dayName = (ms: number): string => new Date(ms).toISOString().slice(0, 10).replaceAll('-', '');

/** A row as it was written some days ago, behind the service's back. */
async function recordedBefore(
  days: number,
  organizationId: string = DEFAULT_ORGANIZATION.id,
  id?: string,
): Promise<string> {
  const then = new Date(Date.now() - days * DAY);
  const decisionId = id ?? uuidv7({ msecs: then.getTime() });
  await test.rows(
    `INSERT INTO governance.decisions (organization_id, decision_id, agent_id, action, decision, matched, reason, source, answered, at, recorded_at)
      VALUES ($1, $2, 'demo:old', 'read', 'allow', '[]', '', 'http', true, $3, $3)`,
    organizationId,
    decisionId,
    then,
  );
  return decisionId;
}

describe('what was asked', () => {
  it('is in no column in the clear, and is shown to who may see it', async () => {
    const id = await decided();
    for (const table of ['decisions', 'decision_inputs', 'violations', 'audit_events']) {
      const text = table === 'decision_inputs' ? `encode(content, 'escape')` : 't::text';
      expect(await test.rows(`SELECT 1 FROM governance.${table} t WHERE ${text} LIKE $1`, `%${CANARY}%`)).toEqual([]);
    }
    expect(await test.shown(id)).toMatchObject({ context: { note: CANARY }, inputs: 'kept' });
    const { body } = await test.call('GET', '/v1/decisions?action=send&limit=5', person('viewer'));
    expect(body.items[0]).toMatchObject({ decision_id: id, context: { note: CANARY } });
  });

  it('is read with the key before while that is told, and its absence is said when it is not', async () => {
    const id = await decided({ amount: 5 });
    const first = test.env.AGION_LEDGER_KEY ?? '';
    const restart = async (env: Record<string, string>): Promise<void> => {
      await test.stopReplicas();
      Object.assign(test.env, env);
      await test.startReplica();
    };
    const next = randomBytes(32).toString('base64');
    await restart({
      AGION_LEDGER_KEY: next,
      AGION_LEDGER_KEYS_PREVIOUS: `${randomBytes(32).toString('base64')},${first}`,
    });
    expect(await test.shown(id)).toMatchObject({ context: { note: CANARY, amount: 5 } });
    const newer = await decided({ amount: 6 });
    await restart({ AGION_LEDGER_KEYS_PREVIOUS: '' });
    expect(await test.shown(id)).toMatchObject({ context: null, inputs: 'unreadable' });
    const why = await test.call('GET', `/v1/decisions/${id}/why`, person('viewer'));
    expect(why.body).toMatchObject({ note: expect.stringMatching(/AGION_LEDGER_KEYS_PREVIOUS/), candidates: [] });
    expect(await test.shown(newer)).toMatchObject({ context: { amount: 6 } });
    await restart({ AGION_LEDGER_KEYS_PREVIOUS: first });
    expect(await test.shown(id)).toMatchObject({ context: { amount: 5 } });
  }, 30_000);

  it('is gone after its time; the decision and what failed then are still there', async () => {
    const id = await decided({ amount: 900 });
    const before = await test.shown(id);
    await test.rows('DELETE FROM governance.decision_inputs');
    const { body } = await test.call('GET', `/v1/decisions/${id}/why`, person('viewer'));
    expect(body).toMatchObject({
      decision: { ...before, context: null, arguments: null, inputs: 'gone' },
      note: expect.stringMatching(/kept for fourteen days/),
    });
    expect(body.decision).toMatchObject({ decision: 'deny', winner: { policy: 'cap', version: 1 } });
  });
});

describe('the outcome of a decision', () => {
  it('is what the last report of its agent says, and can be searched for', async () => {
    const [good, bad, open] = [await decided(), await decided(), await decided()];
    const tell = (status: string, decision: string, agentId = 'demo:echo'): Promise<unknown> =>
      test.commands.call(
        'XADD', STREAMS.executionReports, '*', 'report_id', uuidv7(), 'agent_id', agentId, 'action', 'send',
        'status', status, 'decision_id', decision,
      ); // prettier-ignore
    await tell('failed', good);
    await tell('succeeded', good);
    await tell('timed_out', bad);
    await tell('succeeded', open, 'demo:other');
    await eventually(async () => {
      const shown = await Promise.all([good, bad, open].map(async (id) => (await test.shown(id)).outcome));
      expect(shown).toEqual(['succeeded', 'timed_out', 'none']);
      expect(await test.rows('SELECT 1 FROM governance.execution_reports')).toHaveLength(4);
    });
    const found = async (outcome: string): Promise<unknown[]> => {
      const { body } = await test.call('GET', `/v1/decisions?outcome=${outcome}&limit=200`, person('viewer'));
      return body.items.map((item: { decision_id: string }) => item.decision_id) as unknown[];
    };
    expect(await found('succeeded')).toEqual([good]);
    expect(await found('timed_out')).toEqual([bad]);
    expect(await found('failed')).toEqual([]);
    expect(await found('none')).toEqual(expect.arrayContaining([open]));
    expect((await test.call('GET', '/v1/decisions?outcome=fine', person('viewer'))).status).toBe(422);
  });
});

describe('partitions', () => {
  it('are those of a decision’s month, whichever way it came, and are there for what comes', async () => {
    const id = await decided();
    const http = await test.call('POST', '/v1/governance/check', { ...person('admin'), kind: 'container', containerId: 'demo', subject: 'demo', role: null }, { agent_id: 'demo:echo', action: 'read' }); // prettier-ignore
    const month = `governance_partitions.decisions_${dayName(Date.now()).slice(0, 6)}01`;
    expect(await partitionOf(id)).toBe(month);
    expect(await partitionOf(http.body.decision_id as string)).toBe(month);
    const now = new Date();
    for (const ahead of [0, 1, 2])
      expect(await partitions()).toContain(
        `decisions_${dayName(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + ahead))}`,
      );
    for (const ahead of [0, 1, 2, 3])
      expect(await partitions()).toContain(`decision_inputs_${dayName(Date.now() + ahead * DAY)}`);
  });

  it('never are missing: what belongs to none is kept all the same, and moves to its own when that is made', async () => {
    const then = Date.UTC(2031, 4, 17);
    const id = await recordedBefore(0, DEFAULT_ORGANIZATION.id, uuidv7({ msecs: then }));
    expect(await partitionOf(id)).toBe('governance_partitions.decisions_default');
    await test.rows(`SELECT governance.add_partition('decisions', '1 month', '2031-05-01T00:00:00Z')`);
    expect(await partitionOf(id)).toBe('governance_partitions.decisions_20310501');
    expect(await test.shown(id)).toMatchObject({ decision_id: id });
  });

  it('show the service nothing by themselves, and if they did, nothing of other organizations', async () => {
    const mine = await decided();
    await recordedBefore(0, ACME.id);
    const partition = String(await partitionOf(mine));
    const pool = createPool({ url: test.database.url, role: roleOf('governance'), max: 1 });
    try {
      const asked = async (text: string): Promise<unknown[]> => (await pool.query<Record<string, unknown>>(text)).rows;
      await expect(asked(`SELECT 1 FROM ${partition}`)).rejects.toThrow(/permission denied/);
      await test.rows(`GRANT USAGE ON SCHEMA governance_partitions TO agion_governance`);
      await test.rows(`GRANT SELECT ON ALL TABLES IN SCHEMA governance_partitions TO agion_governance`);
      const of = `SELECT DISTINCT organization_id FROM`;
      expect(await asked(`${of} ${partition}`)).toEqual([]);
      expect(await asked(`${of} governance.decisions`)).toEqual([]);
      await pool.query(`SELECT set_config('app.organization_id', '${ACME.id}', false)`);
      for (const name of await partitions())
        expect([[], [{ organization_id: ACME.id }]]).toContainEqual(await asked(`${of} governance_partitions.${name}`));
      expect(await asked(`${of} ${partition}`)).toEqual([{ organization_id: ACME.id }]);
      await expect(asked(`DELETE FROM ${partition}`)).rejects.toThrow(/permission denied/);
    } finally {
      await test.rows(`REVOKE ALL ON ALL TABLES IN SCHEMA governance_partitions FROM agion_governance`);
      await test.rows(`REVOKE USAGE ON SCHEMA governance_partitions FROM agion_governance`);
      await pool.end();
    }
  });
});

describe('what is past its time', () => {
  it('goes, as each organization has chosen; nothing else does', async () => {
    await test.rows(`SELECT governance.add_partition('decisions', '1 month', '2024-03-01T00:00:00Z'),
      governance.add_partition('decisions', '1 month', '2024-04-01T00:00:00Z'),
      governance.add_partition('decision_inputs', '1 day', '2024-03-01T00:00:00Z')`);
    const days = (Date.now() - Date.UTC(2024, 2, 2)) / DAY;
    const rows = {
      ancient: await recordedBefore(days),
      // An id that looks old keeps its partition: what counts is when it was written.
      disguised: await recordedBefore(1, DEFAULT_ORGANIZATION.id, uuidv7({ msecs: Date.UTC(2024, 3, 5) })),
      theirs: await recordedBefore(40, ACME.id),
      ours: await recordedBefore(40),
      fresh: await recordedBefore(20, ACME.id),
      random: await recordedBefore(500, DEFAULT_ORGANIZATION.id, 'ffffffff-0000-4000-8000-000000000001'),
    };
    for (const [organization, age] of [
      [DEFAULT_ORGANIZATION, 401],
      [DEFAULT_ORGANIZATION, 399],
      [ACME, 31],
      [ACME, 29],
    ] as const)
      await test.rows(`INSERT INTO governance.shadow_counts (organization_id, policy_id, version, day)
        VALUES ('${organization.id}', 'tried', ${age}, current_date - ${age})`);
    test.registry.settings = { acme: { decision_retention_days: 30 } };
    await test.startReplica();
    await eventually(async () => {
      const ids = Object.values(rows);
      const left = (await test.ledger('decision_id = ANY($1)', ids)).map(({ decision_id: id }) => id);
      expect(new Set(left)).toEqual(new Set([rows.disguised, rows.ours, rows.fresh]));
      const counted = `SELECT version FROM governance.shadow_counts WHERE policy_id = 'tried' ORDER BY version`;
      expect(await test.rows(counted)).toEqual([{ version: 29 }, { version: 399 }]);
    });
    const names = await partitions();
    expect(names).toContain('decisions_20240401');
    expect(names).not.toContain('decisions_20240301');
    expect(names).not.toContain('decision_inputs_20240301');
  });

  it('is all that can be removed: not even the worker removes what is young, and the service nothing', async () => {
    const id = await recordedBefore(29);
    const worker = createPool({ url: test.database.url, role: workerRoleOf('governance'), max: 1 });
    const own = createPool({ url: test.database.url, role: roleOf('governance'), max: 1 });
    try {
      await worker.query('DELETE FROM governance.decisions');
      await worker.query('SELECT governance.drop_partitions($1)', [new Date(Date.now() + 365 * DAY)]);
      expect(await test.ledger('decision_id = $1', id)).toHaveLength(1);
      await expect(own.query('DELETE FROM governance.decisions')).rejects.toThrow(/permission denied/);
      await expect(own.query('SELECT governance.drop_partitions(now())')).rejects.toThrow(/permission denied/);
      for (const pool of [own, worker]) {
        await expect(pool.query(`UPDATE governance.decisions SET decision = 'allow'`)).rejects.toThrow(
          /permission denied/,
        );
        await expect(pool.query(`SELECT governance.add_partition('decisions', '1 month', now())`)).rejects.toThrow(
          /permission denied/,
        );
      }
    } finally {
      await Promise.all([worker.end(), own.end()]);
    }
  });
});
