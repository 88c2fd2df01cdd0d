import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '@agion/testing';
import { type Consumer, EventScene, onRedisServer, STREAM_TIMEOUT_MS } from './event-scene.js';
import { FaultProxy } from './fault-proxy.js';
import { openFault, scaled } from './fault.js';

/** Faults 8 to 11 and 13: Redis forgets, hangs up, falls silent, answers into the void, and is full. */
const RUNS = scaled({ quick: 1, usual: 10, full: 20 });
const BLOCK_MS = 2_000;
const SOCKET_MS = BLOCK_MS + 2_000;

let proxy: FaultProxy;
let scene: EventScene;
let consumer: Consumer;
beforeAll(async () => {
  scene = await EventScene.start({
    governance: async ({ redis }) => {
      proxy = await FaultProxy.to(redis.port);
      return { REDIS_URL: proxy.url(redis.url) };
    },
  });
  consumer = await scene.consumer();
}, 60_000);
afterAll(async () => {
  await scene?.stop();
  await proxy?.close();
});

const runs = async (count: number, one: () => Promise<unknown>): Promise<void> => {
  for (let run = 0; run < count; run += 1) await one();
};

onRedisServer(
  8,
  9,
  10,
  11,
  13,
)('redis', () => {
  test('comes back without data: the group is made again, and nothing told from then on is missing', async () => {
    const fault = openFault('events', 8, 'FLUSHALL: the group is gone');
    await runs(RUNS, () =>
      fault.run(async () => {
        const first = await scene.begin();
        await first.teller.tell(200);
        await scene.settled();
        await first.counts();
        const run = await scene.begin();
        await scene.redis.call('FLUSHALL');
        const since = performance.now();
        await run.teller.tell(500);
        await scene.settled();
        const recoveryMs = performance.now() - since;
        expect(recoveryMs).toBeLessThan(5_000);
        expect(consumer.process.ended).toBe(false);
        return { counts: await run.counts(), recoveryMs };
      }),
    );
  }, 300_000);

  test('ends every connection again and again: nothing stays in hand', async () => {
    const fault = openFault('events', 9, 'CLIENT KILL TYPE normal every 25 ms');
    const forMs = scaled({ quick: 1_500, usual: 10_000, full: 60_000 });
    await runs(scaled({ quick: 1, usual: 3, full: 3 }), () =>
      fault.run(async () => {
        const run = await scene.begin();
        await run.teller.during(async () => {
          for (const end = performance.now() + forMs; performance.now() < end; await sleep(25))
            for (const type of ['normal', 'pubsub'])
              await scene.redis.call('CLIENT', 'KILL', 'TYPE', type, 'SKIPME', 'yes');
        });
        const recoveryMs = await scene.settled();
        expect(await scene.held()).toEqual([]);
        return { counts: await run.counts(), recoveryMs };
      }),
    );
  }, 300_000);

  test('falls silent with the connection open: it is given up, and read on over another', async () => {
    const fault = openFault('events', 10, 'half-open connections');
    await runs(scaled({ quick: 1, usual: 5, full: 20 }), () =>
      fault.run(async () => {
        const run = await scene.begin();
        await run.teller.tell(300);
        proxy.swallow();
        const since = performance.now();
        await run.teller.tell(300);
        await eventually(() => expect(proxy.silenced).toBeGreaterThan(0), { timeoutMs: SOCKET_MS });
        proxy.mended();
        await scene.settled();
        const recoveryMs = performance.now() - since;
        expect(recoveryMs).toBeLessThan(SOCKET_MS + 3 * STREAM_TIMEOUT_MS + 5_000);
        return { counts: await run.counts(), recoveryMs };
      }),
    );
  }, 300_000);

  test('has given out entries, and the answer is lost: they are found again at once', async () => {
    const fault = openFault('events', 11, 'the reply to XREADGROUP is lost');
    await runs(RUNS, () =>
      fault.run(async () => {
        const run = await scene.begin();
        const cut = proxy.cutOn((reply) => reply.includes('task_completed'));
        await run.teller.tell(300);
        await cut;
        const since = performance.now();
        await scene.settled();
        const recoveryMs = performance.now() - since;
        expect(await scene.held()).toEqual([]);
        return { counts: await run.counts(), recoveryMs };
      }),
    );
  }, 300_000);

  test('is full: who tells keeps it, over HTTP it is refused with the time to come back, and nothing accepted is lost', async () => {
    const fault = openFault('events', 13, 'Redis is full (noeviction)');
    await runs(scaled({ quick: 1, usual: 5, full: 20 }), () =>
      fault.run(async () => {
        const run = await scene.begin();
        await run.teller.tell(200);
        await scene.redis.call('CONFIG', 'SET', 'maxmemory', '1mb');
        const waiting = run.teller.tell(300);
        const event = {
          kind: 'mission',
          mission_id: crypto.randomUUID(),
          agent_id: 'crew:agent_1',
          event_type: 'task.completed',
        };
        const refused = await eventually(async () => {
          const answer = await scene.tellOverHttp(event);
          expect(answer.status).toBe(503);
          return answer;
        });
        expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
        expect(await scene.redis.call('EXISTS', 'agion:events:missions')).toBe(0);
        await scene.redis.call('CONFIG', 'SET', 'maxmemory', '0');
        const since = performance.now();
        await waiting;
        await scene.settled();
        const recoveryMs = performance.now() - since;
        expect(consumer.process.ended).toBe(false);
        await eventually(async () => expect((await scene.tellOverHttp(event)).status).toBe(202));
        await scene.redis.call('DEL', 'agion:events:missions');
        return { counts: await run.counts(), recoveryMs };
      }),
    );
  }, 300_000);
});
