import { asTableOwner, eventually, type TestDatabase } from '@agion/testing';
import pg from 'pg';

/** A lock that a table's trigger waits for. */
export interface HeldLock {
  /** Sessions that wait for it. */
  waiting(): Promise<number>;
  /** Lets go of it, and takes the trigger away. */
  release(): Promise<void>;
}

const KEY = 4_711;

/**
 * Makes writers of a table wait, in the middle of their transaction or in their COMMIT, until the lock is released.
 * @param table of the schema `governance`
 */
export async function withLockIn(
  database: TestDatabase,
  table: string,
  when: 'before' | 'at commit',
): Promise<HeldLock> {
  const holder = new pg.Client({ connectionString: database.adminUrl });
  await holder.connect();
  await holder.query('SELECT pg_advisory_lock($1)', [KEY]);
  const trigger =
    when === 'before'
      ? `CREATE TRIGGER hold BEFORE INSERT ON governance.${table} FOR EACH STATEMENT EXECUTE FUNCTION public.hold()`
      : `CREATE CONSTRAINT TRIGGER hold AFTER INSERT ON governance.${table} DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.hold()`;
  await asTableOwner(database, async (client) => {
    await client.query(
      `CREATE OR REPLACE FUNCTION public.hold() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_advisory_xact_lock_shared(${KEY}); RETURN NULL; END $$`,
    );
    await client.query(trigger);
  });
  return {
    waiting: async () => {
      const { rows } = await holder.query<{ n: number }>(
        "SELECT count(*)::int AS n FROM pg_locks WHERE locktype = 'advisory' AND objid = $1 AND NOT granted",
        [KEY],
      );
      return rows[0]?.n ?? 0;
    },
    release: async () => {
      await holder.query('SELECT pg_advisory_unlock($1)', [KEY]);
      await holder.end();
      await asTableOwner(database, (client) => client.query(`DROP TRIGGER hold ON governance.${table}`));
    },
  };
}

/** Waits until another session waits for what this one holds. */
export const waitedFor = (holder: pg.Client): Promise<void> =>
  eventually(
    async () => {
      const { rows } = await holder.query(
        'SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid)) LIMIT 1',
      );
      if (rows.length === 0) throw new Error('nobody waits for this session');
    },
    { timeoutMs: 10_000, intervalMs: 5 },
  );

/** Waits until somebody waits. */
export const waitingFor = (lock: HeldLock): Promise<void> =>
  eventually(
    async () => {
      if ((await lock.waiting()) === 0) throw new Error('nobody waits for the lock');
    },
    { timeoutMs: 10_000, intervalMs: 5 },
  );
