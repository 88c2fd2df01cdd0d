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

  /**
   * One statement in one round trip: BEGIN, the organization, the statement and COMMIT leave together.
   * A read whose connection breaks is asked once more on another one.
   */
  async query<Row extends pg.QueryResultRow>(organizationId: string, statement: pg.QueryConfig): Promise<Row[]> {
    try {
      return await this.pipelined<Row>(organizationId, statement);
    } catch (error) {
      if (!isRead(statement) || !isConnectionError(error)) throw error;
      return this.pipelined<Row>(organizationId, statement);
    }
  }

  private async pipelined<Row extends pg.QueryResultRow>(
    organizationId: string,
    statement: pg.QueryConfig,
  ): Promise<Row[]> {
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
      if (isConnectionError(error)) broken = error as Error; // it must not go back to the pool
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
    try {
      return (await this.pool.query<Row>(statement)).rows;
    } catch (error) {
      if (!isRead(statement) || !isConnectionError(error)) throw error;
      return (await this.pool.query<Row>(statement)).rows;
    }
  }

  async transaction<Result>(work: (client: pg.PoolClient) => Promise<Result>): Promise<Result> {
    return inTransaction(this.pool, work);
  }
}

/** How often a transaction is tried that Postgres ends because another one came in its way. */
const TRIES = 3;

/** A transaction that Postgres has ended for the sake of another has changed nothing: `work` is then done again from the start. */
async function inTransaction<Result>(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<Result>,
  first?: pg.QueryConfig,
): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await onceInTransaction(pool, work, first);
    } catch (error) {
      if (tries === TRIES || !isVictim(error)) throw error;
    }
  }
}

async function onceInTransaction<Result>(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<Result>,
  first?: pg.QueryConfig,
): Promise<Result> {
  const client = await begin(pool);
  let broken: Error | undefined;
  try {
    if (first) await client.query(first);
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    if (isConnectionError(error)) broken = error as Error;
    else
      await client.query('ROLLBACK').catch((rollbackError: Error) => {
        broken = rollbackError;
      });
    throw error;
  } finally {
    client.release(broken);
  }
}

/** A connection on which a transaction has begun. One that turns out to be broken is replaced: nothing was asked of it yet. */
async function begin(pool: pg.Pool, tries = 2): Promise<pg.PoolClient> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    return client;
  } catch (error) {
    client.release(error as Error);
    if (tries > 1 && isConnectionError(error)) return begin(pool, tries - 1);
    throw error;
  }
}

/** Deadlocks and serialization failures. */
const isVictim = (error: unknown): boolean =>
  ['40P01', '40001'].includes(String((error as { code?: unknown } | null)?.code));

const isRead = ({ text }: pg.QueryConfig): boolean => /^\s*select\b/i.test(text);

/** SQLSTATE of a statement that failed, with the connection still in order. */
const STATEMENT_ERROR = /^(?!57P0|08|25P03)[0-9A-Z]{5}$/;

/** True when the connection, and not the statement, is at fault: cut sockets, terminated sessions. */
function isConnectionError(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return !(typeof code === 'string' && STATEMENT_ERROR.test(code));
}
