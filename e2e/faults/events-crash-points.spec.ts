import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { asOwner, eventually } from '@agion/testing';
import { type Consumer, EventScene, heavy, onRedisServer } from './event-scene.js';
import { TRUST } from './event-teller.js';
import { type Fault, openFault, scaled } from './fault.js';
import { waitingFor, withLockIn } from './held-statement.js';

/** Fault 3: the process ends between two steps of its work. Each step that waits for something, from the read to the acknowledgement. */
const ENTRIES = 300;
const RUNS = scaled({ quick: 1, usual: 10, full: 100 });

let scene: EventScene;
beforeAll(async () => {
  scene = await EventScene.start();
}, 60_000);
afterAll(() => scene?.stop());

const crashAt = (point: string): Record<string, string> => ({ AGION_CRASH_AT: point });

/** Starts a process that ends itself. @returns whether it held entries then; else nothing is proven */
async function dies(point: string, options?: { replica?: boolean }): Promise<boolean> {
  const { process, name } = await scene.consumer(crashAt(point), options);
  expect(await process.end()).toBe('SIGKILL');
  return (await scene.held(name)).length > 0;
}

/** One run: `crash` ends a process, which counts when it held entries; another one then does the rest. */
async function crashRun(fault: Fault, crash: (next: () => number) => Promise<boolean>): Promise<void> {
  await fault.run(async (next) => {
    const run = await scene.begin();
    for (let tries = 1, counts = false; !counts; tries += 1) {
      expect(tries).toBeLessThan(6);
      await run.teller.tell(ENTRIES);
      counts = await crash(next);
    }
    const endedAt = performance.now();
    await scene.heal();
    const recoveryMs = performance.now() - endedAt;
    expect(await scene.deadLetters()).toBe(0);
    return { counts: await run.counts(), recoveryMs };
  });
}

const repeat = async (runs: number, one: () => Promise<unknown>): Promise<void> => {
  for (let run = 0; run < runs; run += 1) await one();
};
const limit = RUNS * 20_000 + 60_000;

const onServer = onRedisServer(3);
onServer('a crash', () => {
  const steps = scaled({
    quick: ['after_commit'],
    usual: ['after_read', 'before_handler', 'after_evidence', 'after_commit', 'after_acknowledge'],
    full: ['after_read', 'before_handler', 'after_evidence', 'after_commit', 'after_acknowledge'],
  });
  test.each(steps)(
    '%s loses nothing and doubles nothing',
    async (step) => {
      const fault = openFault('events', 3, `kill ${step}`);
      await repeat(RUNS, () => crashRun(fault, (next) => dies(`${step}:${1 + Math.floor(next() * 2)}`)));
    },
    limit,
  );

  heavy(
    'after entries were claimed once more',
    async () => {
      const fault = openFault('events', 3, 'kill after_claim');
      await repeat(RUNS, () => crashRun(fault, async () => (await dies('after_read')) && (await dies('after_claim'))));
    },
    limit,
  );

  heavy(
    'after entries of another process were taken over',
    async () => {
      const fault = openFault('events', 3, 'kill after_take_over');
      await repeat(scaled({ quick: 0, usual: 3, full: 100 }), () =>
        crashRun(fault, async () => (await dies('after_read', { replica: true })) && (await dies('after_take_over'))),
      );
    },
    limit,
  );

  test.each(
    scaled({
      quick: ['after_dead_letter'],
      usual: ['before_dead_letter', 'after_dead_letter'],
      full: ['before_dead_letter', 'after_dead_letter'],
    }),
  )(
    '%s',
    async (step) => {
      const fault = openFault('events', 3, `kill ${step}`);
      await repeat(RUNS, () =>
        fault.run(async () => {
          const run = await scene.begin();
          const before = await scene.deadLetters();
          await scene.redis.call('XADD', TRUST, '*', 'twice', '1', 'twice', '2');
          await run.teller.tell(ENTRIES);
          expect(await dies(step)).toBe(true);
          const endedAt = performance.now();
          await scene.heal();
          const recoveryMs = performance.now() - endedAt;
          expect(await scene.deadLetters()).toBe(before + 1);
          await scene.redis.call('DEL', `${TRUST}:dead`);
          return { counts: await run.counts(), recoveryMs };
        }),
      );
    },
    limit,
  );
});

onServer('a kill', () => {
  /** Lets a process come as far as a statement that waits, and kills it there; the database then goes on as far as it can. */
  async function killedAt(table: string, when: 'before' | 'at commit'): Promise<boolean> {
    const lock = await withLockIn(scene.database, table, when);
    let consumer: Consumer | undefined;
    try {
      consumer = await scene.consumer();
      await waitingFor(lock);
      await consumer.process.kill();
      return (await scene.held(consumer.name)).length > 0;
    } finally {
      await consumer?.process.kill();
      await lock.release();
      await untilSessionsEnd();
    }
  }

  /** Backends of a killed process go on until they notice. */
  const untilSessionsEnd = (): Promise<void> =>
    eventually(async () => {
      const { rows } = await asOwner(scene.database, (client) =>
        client.query(
          "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND state <> 'idle' AND pid <> pg_backend_pid()",
        ),
      );
      expect(rows).toEqual([]);
    });

  test.each(
    scaled<[string, string, 'before' | 'at commit'][]>({
      quick: [['in COMMIT', 'trust_events', 'at commit']],
      usual: [
        ['in a transaction', 'trust_buckets', 'before'],
        ['in COMMIT', 'trust_events', 'at commit'],
      ],
      full: [
        ['in a transaction', 'trust_buckets', 'before'],
        ['in COMMIT', 'trust_events', 'at commit'],
      ],
    }),
  )(
    '%s',
    async (where, table, when) => {
      const fault = openFault('events', 3, `kill ${where}`);
      await repeat(RUNS, () => crashRun(fault, () => killedAt(table, when)));
    },
    limit,
  );
});
