import { createPool, workerRoleOf } from '@agion/database';
import { DEFAULT_ORGANIZATION } from '@agion/wire';
import type pg from 'pg';

/** Any number: one archive or restore at a time. */
const RETENTION_LOCK = 7_261_117;

/** Works on one connection as governance, without its limits of time: what is asked here may take a while. */
export async function withTrust<Result>(
  url: string,
  work: (client: pg.PoolClient) => Promise<Result>,
): Promise<Result> {
  const pool = createPool({ url, role: workerRoleOf('governance'), max: 1 });
  try {
    const client = await pool.connect();
    try {
      await client.query(
        "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0; SET work_mem = '64MB'",
      );
      return await work(client);
    } finally {
      client.release(true);
    }
  } finally {
    await pool.end();
  }
}

/** The same while nobody else archives or restores. @throws Error when somebody does */
export const withRetention = <Result>(url: string, work: (client: pg.PoolClient) => Promise<Result>): Promise<Result> =>
  withTrust(url, async (client) => {
    const { rows } = await client.query<{ taken: boolean }>({
      text: 'SELECT pg_try_advisory_lock($1) AS taken',
      values: [RETENTION_LOCK],
    });
    if (!rows[0]?.taken) throw new Error('another archive or restore of trust events is under way');
    return work(client);
  });

/** All of it, or nothing. */
export async function inTransaction<Result>(
  client: pg.PoolClient,
  work: () => Promise<Result>,
  isolation = 'READ COMMITTED',
): Promise<Result> {
  await client.query(`BEGIN ISOLATION LEVEL ${isolation}`);
  try {
    const result = await work();
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  }
}

/** The rows of a statement, some at a time, whatever their number; in one snapshot. */
export async function* rowsOf<Row extends pg.QueryResultRow>(
  client: pg.PoolClient,
  text: string,
  values: unknown[] = [],
): AsyncGenerator<Row> {
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  try {
    await client.query({ text: `DECLARE trust_rows NO SCROLL CURSOR FOR ${text}`, values });
    for (;;) {
      const { rows } = await client.query<Row>('FETCH 1000 FROM trust_rows');
      yield* rows;
      if (rows.length === 0) return;
    }
  } finally {
    await client.query('ROLLBACK');
  }
}

/** How organizations are called, by their ids; the default one only where the login may not act as the registry. */
export async function slugsOf(url: string): Promise<Map<string, string>> {
  const pool = createPool({ url, role: workerRoleOf('registry'), max: 1 });
  try {
    const { rows } = await pool.query<{ organization_id: string; slug: string }>(
      'SELECT organization_id, slug FROM registry.organizations',
    );
    return new Map(rows.map(({ organization_id: id, slug }) => [id, slug]));
  } catch {
    return new Map([[DEFAULT_ORGANIZATION.id, DEFAULT_ORGANIZATION.slug]]);
  } finally {
    await pool.end();
  }
}
