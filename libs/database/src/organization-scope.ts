import type pg from 'pg';

const bind = (organizationId: string): pg.QueryConfig => ({
  name: 'bind_organization',
  text: "SELECT set_config('app.organization_id', $1, true)",
  values: [organizationId],
});

/**
 * Postgres as one organization sees it: row-level security is bound to the id given with each call.
 * Given explicitly and never through async context, because Prisma batches calls of one tick in the context of whoever came first.
 */
export class OrganizationScope {
  /** @param pool pipelined pool of the service's own role */
  constructor(private readonly pool: pg.Pool) {}

  /** One statement in one round trip: BEGIN, the organization, the statement and COMMIT leave together. */
  async query<Row extends pg.QueryResultRow>(organizationId: string, statement: pg.QueryConfig): Promise<Row[]> {
    const client = await this.pool.connect();
    let broken: Error | undefined;
    try {
      const answers = await Promise.allSettled([
        client.query('BEGIN'),
        client.query(bind(organizationId)),
        client.query<Row>(statement),
        client.query('COMMIT'),
      ]);
      const [, , result] = answers;
      if (result.status === 'rejected') throw result.reason;
      const failed = answers.find((answer) => answer.status === 'rejected');
      if (failed?.status === 'rejected') throw failed.reason;
      return result.value.rows;
    } catch (error) {
      // Only a database error leaves the connection usable; anything else (a cut socket) must not go back to the pool.
      if (!isDatabaseError(error)) broken = error as Error;
      throw error;
    } finally {
      client.release(broken);
    }
  }

  /** Several statements in one transaction; `work` gets a client that is bound to the organization. */
  async transaction<Result>(organizationId: string, work: (client: pg.PoolClient) => Promise<Result>): Promise<Result> {
    return inTransaction(this.pool, work, bind(organizationId));
  }

  /** @throws when the pool cannot reach the database as its role */
  async ping(): Promise<void> {
    await this.pool.query('SELECT 1');
  }
}

/** The same database across organizations, for consumers and for look-ups that precede authentication. Use sparingly. */
export class WorkerPool {
  constructor(private readonly pool: pg.Pool) {}

  async query<Row extends pg.QueryResultRow>(statement: pg.QueryConfig): Promise<Row[]> {
    return (await this.pool.query<Row>(statement)).rows;
  }

  async transaction<Result>(work: (client: pg.PoolClient) => Promise<Result>): Promise<Result> {
    return inTransaction(this.pool, work);
  }
}

async function inTransaction<Result>(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<Result>,
  first?: pg.QueryConfig,
): Promise<Result> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('BEGIN');
    if (first) await client.query(first);
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch((rollbackError: Error) => {
      broken = rollbackError;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}

const isDatabaseError = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && /^[0-9A-Z]{5}$/.test(error.code);
