import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createPool, OrganizationScope, roleOf, WorkerPool, workerRoleOf } from '@agion/database';
import { createTestDatabase, type TestDatabase } from '@agion/testing';
import type pg from 'pg';
import { openRisk } from './risk.js';
import { rowInEveryTable } from './row-in-every-table.js';

/** Raw SQL as each service's role, against a row of another organization in every table the service has. */
const SERVICES = ['registry', 'governance', 'coordination', 'execution'] as const;
const MINE = '00000000-0000-7000-8000-00000000aaaa';
const THEIRS = '00000000-0000-7000-8000-00000000bbbb';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

describe.each(SERVICES)('the role of %s', (service) => {
  let pools: pg.Pool[];
  let scope: OrganizationScope;
  let worker: WorkerPool;
  let tables: string[];
  const count = async (table: string, organizationId: string): Promise<number> => {
    const [row] = await worker.query<{ count: number }>({
      text: `SELECT count(*)::int AS count FROM ${service}."${table}" WHERE organization_id = $1`,
      values: [organizationId],
    });
    return row?.count ?? -1;
  };

  beforeAll(async () => {
    const url = database.url;
    const own = createPool({ url, role: roleOf(service), max: 2, pipeline: true });
    const all = createPool({ url, role: workerRoleOf(service), max: 1 });
    pools = [own, all];
    [scope, worker] = [new OrganizationScope(own), new WorkerPool(all)];
    await rowInEveryTable(database, service, MINE);
    tables = await rowInEveryTable(database, service, THEIRS);
    expect(tables.length).toBeGreaterThan(0);
    for (const table of tables) expect([table, await count(table, THEIRS)]).toEqual([table, 1]);
  });
  const risk = openRisk('identity', `raw SQL as ${service}: rows of others`, async () => {
    for (const table of tables) expect([table, await count(table, MINE)]).toEqual([table, 1]);
    for (const organizationId of [MINE, THEIRS])
      expect(
        await scope.query(organizationId, { text: `SELECT organization_id FROM ${service}."${tables[0]}"` }),
      ).toEqual([{ organization_id: organizationId }]);
  });
  afterAll(() => Promise.all(pools.map((pool) => pool.end())));

  /** What a statement did, or that it was refused. */
  const attempt = async (text: string, values: unknown[] = []): Promise<number | 'refused'> =>
    scope
      .transaction(MINE, async (client) => (await client.query({ text, values })).rowCount ?? 0)
      .catch((error: Error) => {
        expect(error.message).toMatch(/row-level security|permission denied/);
        return 'refused' as const;
      });

  const forEachTable = (attempts: number, holds: (table: string) => Promise<void>): Promise<void> =>
    risk.attempt(async () => {
      for (const table of tables) await holds(table);
    }, attempts * tables.length);

  it('sees the rows of the organization it is bound to, and those of no other whatever it asks for', () =>
    forEachTable(2, async (table) => {
      const seen = await scope.query<{ organization_id: string }>(MINE, {
        text: `SELECT organization_id FROM ${service}."${table}" WHERE organization_id IN ($1, $2) OR true`,
        values: [MINE, THEIRS],
      });
      expect([table, seen]).toEqual([table, [{ organization_id: MINE }]]);
      const theirs = await scope.query<{ organization_id: string }>(THEIRS, {
        text: `SELECT organization_id FROM ${service}."${table}"`,
      });
      expect([table, theirs]).toEqual([table, [{ organization_id: THEIRS }]]);
    }));

  it('changes, moves, adds and removes nothing of another organization', () =>
    forEachTable(4, async (table) => {
      const name = `${service}."${table}"`;
      const before = await worker.query({
        text: `SELECT t::text FROM ${name} t WHERE organization_id = $1`,
        values: [THEIRS],
      });
      // An audit trail may refuse as a whole; where it does not, nothing is found.
      expect([0, 'refused']).toContain(await attempt(`DELETE FROM ${name} WHERE organization_id = $1`, [THEIRS]));
      const update = `UPDATE ${name} SET organization_id = organization_id WHERE organization_id = $1`;
      expect([0, 'refused']).toContain(await attempt(update, [THEIRS]));
      expect([table, await attempt(`UPDATE ${name} SET organization_id = $1`, [THEIRS])]).toEqual([table, 'refused']);
      const copy = `INSERT INTO ${name} SELECT (jsonb_populate_record(t, jsonb_build_object('organization_id', $1::text))).* FROM ${name} t`;
      expect([table, await attempt(copy, [THEIRS])]).toEqual([table, 'refused']);
      const after = await worker.query({
        text: `SELECT t::text FROM ${name} t WHERE organization_id = $1`,
        values: [THEIRS],
      });
      expect(after).toEqual(before);
    }));

  it('sees nothing while it is bound to none, and nothing of other services ever', async () => {
    const [pool] = pools as [pg.Pool];
    await forEachTable(1, async (table) => {
      const { rows } = await pool.query(`SELECT 1 FROM ${service}."${table}"`);
      expect([table, rows]).toEqual([table, []]);
    });
    for (const other of SERVICES.filter((one) => one !== service)) {
      const rows = await worker.query<{ name: string }>({
        text: `SELECT relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
          WHERE n.nspname = $1 AND relkind IN ('r', 'p')`,
        values: [other],
      });
      expect(rows.length).toBeGreaterThan(0);
      await risk.attempt(async () => {
        for (const { name } of rows)
          for (const asked of pools)
            await expect(asked.query(`SELECT 1 FROM ${other}."${name}"`)).rejects.toThrow(/permission denied/);
      }, rows.length * pools.length);
    }
  });
});
