import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createPool, OrganizationScope, roleOf, WorkerPool, workerRoleOf } from '@agion/database';
import { asTableOwner, createTestDatabase, type TestDatabase } from '@agion/testing';
import { DEFAULT_ORGANIZATION } from '@agion/wire';
import type pg from 'pg';
import { unprotectedTables } from './unprotected-tables.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const check = () => asTableOwner(database, unprotectedTables);
const run = (sql: string) => asTableOwner(database, (client) => client.query(sql));

describe('every table', () => {
  it('has an organization and the two policies', async () => {
    const { faults, tables } = await check();
    expect(faults).toEqual([]);
    expect(tables).toBeGreaterThan(12);
  });

  it.each([
    [
      'execution.forgotten',
      'CREATE TABLE execution.forgotten (id uuid PRIMARY KEY)',
      [
        'no column organization_id uuid NOT NULL',
        'row-level security is off',
        'row-level security is not forced',
        'no tenant policy',
        'no worker policy',
      ],
    ],
    [
      'governance.half',
      `CREATE TABLE governance.half (organization_id uuid NOT NULL);
      ALTER TABLE governance.half ENABLE ROW LEVEL SECURITY`,
      ['row-level security is not forced', 'no tenant policy', 'no worker policy'],
    ],
    [
      'registry.open',
      `CREATE TABLE registry.open (organization_id uuid NOT NULL);
      SELECT public.protect_table('registry.open'); DROP POLICY tenant ON registry.open;
      CREATE POLICY tenant ON registry.open USING (true)`,
      ['no tenant policy'],
    ],
    [
      'registry.extra',
      `CREATE TABLE registry.extra (organization_id uuid NOT NULL);
      SELECT public.protect_table('registry.extra'); CREATE POLICY all_of_it ON registry.extra USING (true)`,
      ['a policy nobody expects'],
    ],
  ])('that lacks something is named: %s', async (name, sql, faults) => {
    await run(sql);
    expect((await check()).faults).toEqual([`${name}: ${faults.join(', ')}`]);
    await run(`DROP TABLE ${name}`);
    expect((await check()).faults).toEqual([]);
  });
});

describe('the login of a service', () => {
  const OTHER = '00000000-0000-7000-8000-00000000000f';
  let pools: pg.Pool[];
  let scope: OrganizationScope;
  let worker: WorkerPool;
  beforeAll(async () => {
    const url = database.url;
    const own = createPool({ url, role: roleOf('registry'), max: 2, pipeline: true });
    const all = createPool({ url, role: workerRoleOf('registry'), max: 1 });
    pools = [own, all];
    [scope, worker] = [new OrganizationScope(own), new WorkerPool(all)];
    await worker.query({
      text: `INSERT INTO registry.organizations (organization_id, slug, name) VALUES ($1, 'other', 'Other')`,
      values: [OTHER],
    });
    for (const id of [DEFAULT_ORGANIZATION.id, OTHER]) {
      await worker.query({
        text: `INSERT INTO registry.agents (organization_id, agent_id, name, capabilities) VALUES ($1, 'a', 'A', '{}')`,
        values: [id],
      });
    }
  });
  afterAll(() => Promise.all(pools.map((pool) => pool.end())));

  it('sees and changes the rows of the organization it is bound to, whatever the statement asks for', async () => {
    const mine = await scope.query<{ organization_id: string }>(OTHER, {
      text: 'SELECT organization_id FROM registry.agents',
    });
    expect(mine).toEqual([{ organization_id: OTHER }]);
    const theirs = {
      text: 'SELECT 1 FROM registry.agents WHERE organization_id = $1',
      values: [DEFAULT_ORGANIZATION.id],
    };
    expect(await scope.query(OTHER, theirs)).toEqual([]);
    await scope.query(OTHER, { text: "UPDATE registry.agents SET name = 'changed'" });
    await scope.query(OTHER, { text: 'DELETE FROM registry.credentials' });
    const names = await worker.query<{ name: string }>({
      text: 'SELECT name FROM registry.agents ORDER BY organization_id',
    });
    expect(names.map(({ name }) => name)).toEqual(['A', 'changed']);
  });

  it('cannot write into another organization', async () => {
    const insert = {
      text: `INSERT INTO registry.agents (organization_id, agent_id, name, capabilities) VALUES ($1, 'b', 'B', '{}')`,
      values: [DEFAULT_ORGANIZATION.id],
    };
    await expect(scope.query(OTHER, insert)).rejects.toThrow(/row-level security/);
    const move = { text: 'UPDATE registry.agents SET organization_id = $1', values: [DEFAULT_ORGANIZATION.id] };
    await expect(scope.query(OTHER, move)).rejects.toThrow(/row-level security/);
  });

  it('sees nothing without an organization, and nothing of other services ever', async () => {
    const [pool] = pools as [pg.Pool];
    expect((await pool.query('SELECT 1 FROM registry.agents')).rows).toEqual([]);
    for (const table of ['governance.audit_events', 'coordination.missions', 'execution.runs']) {
      await expect(pool.query(`SELECT 1 FROM ${table}`)).rejects.toThrow(/permission denied/);
    }
  });

  it('keeps organizations apart when many of them ask at once over the same connections', async () => {
    const asked = Array.from({ length: 400 }, (_, i) => (i % 2 === 0 ? OTHER : DEFAULT_ORGANIZATION.id));
    const seen = await Promise.all(
      asked.map(async (id) => {
        const rows = await scope.query<{ organization_id: string }>(id, {
          name: 'who',
          text: 'SELECT organization_id FROM registry.agents',
        });
        return rows.map(({ organization_id }) => organization_id).join();
      }),
    );
    expect(seen).toEqual(asked);
  });
});
