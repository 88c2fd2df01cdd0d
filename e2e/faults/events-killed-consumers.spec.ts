import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { asOwner, eventually } from '@agion/testing';
import { type Consumer, type EventRun, EventScene, heavy, onRedisServer, STREAM_TIMEOUT_MS } from './event-scene.js';
import { openFault, scaled } from './fault.js';
import { ServiceDoor } from './service-door.js';

/** Faults 1 and 2: one of two consumers is killed again and again; and the servers behind them with it. 4 and 5: one stands still. */
const KILLS = scaled({ quick: 2, usual: 10, full: 50 });
const EVENTS = scaled({ quick: 2_000, usual: 20_000, full: 100_000 });
const TAKE_OVER_MS = 3 * STREAM_TIMEOUT_MS;
/** What a session that stands still in a transaction may hold up the others for. */
const IDLE_IN_TRANSACTION_MS = 5_000;

let scene: EventScene;
const doors: ServiceDoor[] = [];
afterEach(() => Promise.all(doors.splice(0).map((door) => door.close())));
beforeAll(async () => {
  scene = await EventScene.start();
}, 60_000);
afterAll(() => scene?.stop());

const pair = async (env: Record<string, string> = {}): Promise<[Consumer, Consumer]> => {
  const both = await Promise.all([scene.consumer(env), scene.consumer(env, { replica: true })]);
  return both;
};
const killAll = (consumers: readonly Consumer[]): Promise<unknown> =>
  Promise.all(consumers.map(({ process }) => process.kill()));

/** Kills one of two after the other while so many events are told, each when it holds entries. */
async function killedInTurn(kills: number, events: number, alsoAfter: (kill: number) => Promise<void>) {
  const run = await scene.begin();
  const consumers = await pair();
  for (let kill = 0; kill < kills; kill += 1) {
    const telling = run.teller.tell(Math.floor((events * (kill + 1)) / kills) - Math.floor((events * kill) / kills));
    const victim = consumers[kill % 2] as Consumer;
    await scene.freezeAtWork(victim, () => run.teller.tell(100));
    await victim.process.kill();
    await telling;
    await alsoAfter(kill);
    consumers[kill % 2] = await scene.consumer({}, { port: victim.port });
  }
  const recoveryMs = await scene.settled(120_000);
  await killAll(consumers);
  expect(await scene.deadLetters()).toBe(0);
  return { counts: await run.counts(), recoveryMs };
}

const terminateSessions = (): Promise<unknown> =>
  asOwner(scene.database, (client) =>
    client.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    ),
  );

/** Tells events over Redis and over HTTP until the work has ended. @returns what each first try over HTTP was answered with */
async function whileAsking(run: EventRun, work: () => Promise<void>): Promise<number[]> {
  const statuses: number[] = [];
  let isOver = false;
  const ask = async (): Promise<void> => {
    while (!isOver) statuses.push(...(await run.overHttp(5)));
  };
  await run.teller.during(async () => {
    const asking = ask();
    await work().finally(() => (isOver = true));
    await asking;
  }, 1_000);
  return statuses;
}

onRedisServer(
  1,
  2,
  4,
  5,
  35,
)('one of two consumers', () => {
  test(`is killed ${KILLS} times in ${EVENTS} events`, async () => {
    const fault = openFault('events', 1, 'kill -9 of one of two consumers');
    const since = performance.now();
    await fault.run(() => killedInTurn(KILLS, EVENTS, () => Promise.resolve()));
    const seconds = Math.round((performance.now() - since) / 1_000);
    process.stdout.write(`${EVENTS} events through ${KILLS} counted kills: ${seconds} s\n`);
  }, 600_000);

  heavy(
    'is killed, and the sessions of Postgres, and Redis',
    async () => {
      const fault = openFault('events', 2, 'kill -9 of consumers, sessions and Redis');
      await fault.run(() =>
        killedInTurn(
          scaled({ quick: 1, usual: 10, full: 50 }),
          scaled({ quick: 500, usual: 10_000, full: 100_000 }),
          async (kill) => {
            if (kill % 5 === 0) await terminateSessions();
            if (kill % 10 !== 0) return;
            await scene.platform.redis.stop();
            await scene.platform.redis.start();
          },
        ),
      );
    },
    600_000,
  );

  heavy(
    'stands still in the middle of its work; the other one takes over, and it changes nothing when it comes back',
    async () => {
      const fault = openFault('events', 4, 'SIGSTOP of one of two consumers');
      for (let runs = scaled({ quick: 1, usual: 3, full: 10 }); runs > 0; runs -= 1)
        await fault.run(async () => {
          const run = await scene.begin();
          const [one, other] = await pair();
          await scene.freezeAtWork(one, () => run.teller.tell(200));
          const stoppedAt = performance.now();
          await run.teller.tell(500);
          await scene.settled();
          const recoveryMs = performance.now() - stoppedAt;
          expect(recoveryMs).toBeLessThan(Math.max(TAKE_OVER_MS, IDLE_IN_TRANSACTION_MS) + 3_000);
          one.process.thaw();
          await run.teller.tell(500);
          await scene.settled();
          await eventually(async () => expect(await scene.held()).toEqual([]));
          expect([one.process.ended, other.process.ended]).toEqual([false, false]);
          await killAll([one, other]);
          return { counts: await run.counts(), recoveryMs };
        });
    },
    300_000,
  );

  heavy(
    'is busy with something else for seconds; the other one takes over',
    async () => {
      const fault = openFault('events', 5, 'blocked event loop of one of two consumers');
      const blockedMs = scaled({ quick: 4_500, usual: 6_000, full: 10_000 });
      const onSignal = `process.on('SIGUSR2',()=>{const end=Date.now()+${blockedMs};while(Date.now()<end);})`;
      for (let runs = scaled({ quick: 1, usual: 3, full: 10 }); runs > 0; runs -= 1)
        await fault.run(async () => {
          const run = await scene.begin();
          const consumers = await pair({
            NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(onSignal)}`,
          });
          const [one] = consumers;
          await scene.freezeAtWork(one, () => run.teller.tell(200));
          one.process.signal('SIGUSR2');
          one.process.thaw();
          const blockedAt = performance.now();
          await run.teller.tell(500);
          await scene.settled();
          const recoveryMs = performance.now() - blockedAt;
          await sleep(Math.max(0, blockedMs - recoveryMs)); // what it does when it comes back must change nothing
          await run.teller.tell(500);
          await scene.settled();
          expect(consumers.map(({ process }) => process.ended)).toEqual([false, false]);
          await killAll(consumers);
          return { counts: await run.counts(), recoveryMs };
        });
    },
    300_000,
  );

  heavy(
    'is told to stop in turn under load, and leaves with nothing in hand',
    async () => {
      const fault = openFault('events', 35, 'SIGTERM of each in turn under load');
      await fault.run(async () => {
        const run = await scene.begin();
        const door = await ServiceDoor.open(Number(scene.platform.env.GOVERNANCE_PORT));
        doors.push(door);
        const enter = async (options: { replica?: boolean; port?: number }): Promise<Consumer> => {
          const entered = await scene.consumer({}, options);
          door.takeIn(entered.port);
          return entered;
        };
        const consumers = [await enter({ replica: true }), await enter({ replica: true })];
        const times: number[] = [];
        const statuses = await whileAsking(run, async () => {
          for (let turn = 0; turn < scaled({ quick: 2, usual: 6, full: 20 }); turn += 1) {
            const { process, name, port } = consumers[turn % 2] as Consumer;
            await eventually(async () => expect((await scene.held(name)).length).toBeGreaterThan(0), {
              timeoutMs: 10_000,
              intervalMs: 2,
            });
            door.takeOut(port);
            const since = performance.now();
            await process.stop();
            times.push(performance.now() - since);
            expect(process.exitCode).toBe(0);
            expect(await scene.held(name)).toEqual([]);
            consumers[turn % 2] = await enter({ port });
          }
        });
        await scene.settled();
        expect(Math.max(...times)).toBeLessThan(30_000);
        const failed = statuses.filter((status) => status >= 500);
        process.stdout.write(`${statuses.length} requests meanwhile, of which failed: ${failed.length}\n`);
        expect(statuses.length).toBeGreaterThan(100);
        expect(failed).toEqual([]);
        await killAll(consumers);
        return { counts: await run.counts(), recoveryMs: Math.max(...times) };
      });
    },
    300_000,
  );
});
