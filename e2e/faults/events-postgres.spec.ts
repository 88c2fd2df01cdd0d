import { afterAll, afterEach, beforeAll, expect } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { asOwner, asTableOwner, eventually, type TestDatabase } from '@agion/testing';
import pg from 'pg';
import { type Consumer, EventScene, heavy, onRedisServer } from './event-scene.js';
import { FaultProxy } from './fault-proxy.js';
import { openFault, scaled } from './fault.js';
import { waitedFor } from './held-statement.js';
import { OwnPostgres } from './own-postgres.js';

/** Faults 17, 18, 19 and 21: Postgres is away, ends sessions, is slow, is locked, and finds two writers in each other's way. */
const DOWN_MS = scaled({ quick: 1_500, usual: 5_000, full: 30_000 });
/** Milliseconds a request may take while the database is slow: the longest a statement may, and what is around it. */
const LONGEST_REQUEST_MS = 12_000;

let postgres: OwnPostgres;
let database: TestDatabase;
let proxy: FaultProxy;
let scene: EventScene;
let consumer: Consumer;
beforeAll(async () => {
  postgres = await OwnPostgres.start();
  database = await postgres.database();
  proxy = await FaultProxy.to(postgres.port);
  scene = await EventScene.start({
    database,
    governance: () => ({
      GOVERNANCE_DATABASE_URL: proxy.url(database.url),
      AGION_STREAM_TIMEOUT_MS: '5000',
      LOG_LEVEL: 'warn',
    }),
  });
  consumer = await scene.consumer();
}, 90_000);
afterEach(() => proxy?.mended());
afterAll(async () => {
  await scene?.stop();
  await proxy?.close();
  await postgres?.close();
});

const repeat = async (runs: number, one: () => Promise<unknown>): Promise<void> => {
  for (let run = 0; run < runs; run += 1) await one();
};

onRedisServer(
  17,
  18,
  19,
  21,
)('postgres', () => {
  heavy(
    'is away: nothing is acknowledged, callers are told to come back, and everything is taken in afterwards',
    async () => {
      const fault = openFault('events', 17, 'Postgres stopped at once');
      await repeat(scaled({ quick: 1, usual: 5, full: 10 }), () =>
        fault.run(async () => {
          const run = await scene.begin();
          await run.teller.tell(200);
          const [logged, stoppedAt] = [consumer.process.logged.length, performance.now()];
          await postgres.stopServer('immediate');
          await run.teller.tell(500);
          const [status] = await run.overHttp(1, { tries: 1 });
          expect(status).toBe(503);
          await sleep(DOWN_MS);
          await postgres.startServer();
          const since = performance.now();
          const seconds = Math.ceil((since - stoppedAt) / 1_000);
          const kinds = Map.groupBy(consumer.process.logged.slice(logged), ({ msg }) => msg);
          expect([...kinds].filter(([, lines]) => lines.length > seconds + 1)).toEqual([]);
          expect(kinds.size).toBeGreaterThan(0); // it is told at all
          await scene.settled();
          const recoveryMs = performance.now() - since;
          expect(recoveryMs).toBeLessThan(10_000);
          expect(consumer.process.ended).toBe(false);
          expect(await scene.deadLetters()).toBe(0);
          await run.overHttp(1);
          return { counts: await run.counts(), recoveryMs };
        }),
      );
    },
    600_000,
  );

  heavy(
    'ends all sessions each second: hardly a caller notices',
    async () => {
      const fault = openFault('events', 18, 'sessions of Postgres terminated each second');
      const forMs = scaled({ quick: 2_000, usual: 10_000, full: 60_000 });
      await fault.run(async () => {
        const run = await scene.begin();
        const statuses = await run.teller.during(async () => {
          const all: number[] = [];
          for (const end = performance.now() + forMs; performance.now() < end;) {
            await terminateSessions();
            const second = performance.now() + 1_000;
            while (performance.now() < second) all.push(...(await run.overHttp(5)));
          }
          return all;
        }, 500);
        const recoveryMs = await scene.settled();
        const failed = statuses.filter((status) => status >= 500).length;
        expect(failed / statuses.length).toBeLessThanOrEqual(scaled({ quick: 0.02, usual: 0.005, full: 0.005 }));
        return { counts: await run.counts(), recoveryMs };
      });
    },
    300_000,
  );

  heavy(
    'is slow, and then locked: callers wait no longer than they have to, and nothing piles up',
    async () => {
      const fault = openFault('events', 19, 'Postgres slow (200 ms), then locked');
      await repeat(scaled({ quick: 1, usual: 3, full: 10 }), () =>
        fault.run(async () => {
          const run = await scene.begin();
          proxy.slow(100);
          await run.teller.tell(300);
          const since = performance.now();
          await run.overHttp(4);
          expect(performance.now() - since).toBeLessThan(LONGEST_REQUEST_MS);
          await scene.settled();
          proxy.mended();
          const locker = new pg.Client({ connectionString: database.adminUrl });
          await locker.connect();
          await locker.query('BEGIN; LOCK TABLE governance.trust_events IN ACCESS EXCLUSIVE MODE');
          const asked = performance.now();
          const locked = await run.overHttp(20, { tries: 1 });
          expect(performance.now() - asked).toBeLessThan(LONGEST_REQUEST_MS);
          expect(new Set(locked)).toEqual(new Set([503]));
          await run.teller.tell(200);
          await locker.query('COMMIT');
          await locker.end();
          const recoveryMs = await scene.settled();
          return { counts: await run.counts(), recoveryMs };
        }),
      );
    },
    300_000,
  );

  heavy(
    'finds writers in each other’s way: the one it ends tries again, and no caller hears of it',
    async () => {
      const fault = openFault('events', 21, 'deadlocks');
      await repeat(scaled({ quick: 1, usual: 5, full: 20 }), () =>
        fault.run(async () => {
          const run = await scene.begin();
          const other = await scene.consumer({}, { replica: true });
          const before = await deadlocks();
          const statuses: number[] = [];
          await run.teller.during(async () => {
            await eventually(
              async () => {
                await Promise.all([againstTheOrder(), run.overHttp(10).then((all) => statuses.push(...all))]);
                // A session tells of it when it is done with something else, a second later or more.
                await eventually(async () => expect(await deadlocks()).toBeGreaterThan(before), { timeoutMs: 3_000 });
              },
              { timeoutMs: 60_000, intervalMs: 1 },
            );
          }, 500);
          const recoveryMs = await scene.settled();
          await other.process.stop();
          expect(statuses.filter((status) => status >= 500)).toEqual([]);
          expect(await scene.deadLetters()).toBe(0);
          return { counts: await run.counts(), recoveryMs };
        }),
      );
    },
    300_000,
  );
});

const terminateSessions = (): Promise<unknown> =>
  asOwner(database, (client) =>
    client.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'agion_governance%'",
    ),
  );

const deadlocks = async (): Promise<number> => {
  const { rows } = await asOwner(database, (client) =>
    client.query<{ n: number }>('SELECT deadlocks::int AS n FROM pg_stat_database WHERE datname = current_database()'),
  );
  return rows[0]?.n ?? 0;
};

/**
 * Locks the sums of the last agent and then those of the first, where everybody else goes the other way: once somebody waits for the
 * last who has the first.
 */
const againstTheOrder = (): Promise<void> =>
  asTableOwner(database, async (client) => {
    const lock = 'SELECT 1 FROM governance.trust_buckets WHERE agent_id = $1 FOR UPDATE';
    const isFree = (agentId: string): Promise<boolean> =>
      client.query(`${lock} NOWAIT`, [agentId]).then(
        () => true,
        () => false,
      );
    await eventually(
      async () => {
        await client.query('BEGIN');
        try {
          await client.query(lock, ['crew:agent_9']);
          await waitedFor(client);
          await client.query('SAVEPOINT looking');
          const isInNobodysWay = await isFree('crew:agent_0');
          await client.query('ROLLBACK TO looking');
          if (isInNobodysWay) throw new Error('who waits for the last has not the first');
          await client.query(lock, ['crew:agent_0']);
        } catch (error) {
          if ((error as { code?: string }).code !== '40P01') throw error;
        } finally {
          await client.query('ROLLBACK');
        }
      },
      { timeoutMs: 30_000 },
    );
  });
