import { afterAll, beforeAll, expect } from '@jest/globals';
import { eventually, startRedis, type TestRedis } from '@agion/testing';
import { RawRedis } from '../raw-redis.js';
import { EventScene, heavy, onRedisServer } from './event-scene.js';
import { TRUST } from './event-teller.js';
import { FaultProxy } from './fault-proxy.js';
import { openFault, scaled } from './fault.js';

/** Fault 14: the primary dies, its replica takes its place. Redis answers before it replicates: the tail is told again. */
let servers: { primary: TestRedis; replica: TestRedis };
let proxy: FaultProxy;
let scene: EventScene;

const replicate = async (replica: TestRedis, primary: TestRedis): Promise<void> => {
  const raw = await RawRedis.open(replica.url);
  await raw.call('REPLICAOF', '127.0.0.1', primary.port);
  await eventually(
    async () => expect(String(await raw.call('INFO', 'replication'))).toContain('master_link_status:up'),
    {
      timeoutMs: 20_000,
    },
  );
  raw.close();
};

beforeAll(async () => {
  const [primary, replica] = await Promise.all([startRedis({ durable: true }), startRedis({ durable: true })]);
  servers = { primary, replica };
  await replicate(replica, primary);
  proxy = await FaultProxy.to(primary.port);
  const stop = async (): Promise<void> => {
    await proxy.close();
    await Promise.all([primary.stop(), replica.stop()]);
  };
  scene = await EventScene.start({ redis: Promise.resolve({ ...primary, url: proxy.url(primary.url), stop }) });
  await scene.consumer();
}, 60_000);
afterAll(() => scene?.stop());

onRedisServer(14)('redis', () => {
  heavy(
    'a primary dies and its replica takes over: with the last seconds told again nothing is lost',
    async () => {
      const fault = openFault('events', 14, 'failover to a replica');
      for (let runs = scaled({ quick: 1, usual: 3, full: 10 }); runs > 0; runs -= 1)
        await fault.run(async () => {
          const run = await scene.begin();
          await run.teller.during(async () => {
            await eventually(() => expect(run.teller.acknowledged.size).toBeGreaterThan(500));
            await servers.primary.stop();
            const raw = await RawRedis.open(servers.replica.url);
            await raw.call('REPLICAOF', 'NO', 'ONE');
            const there = new Set((await raw.range(TRUST)).map(({ fields }) => fields.event_id));
            raw.close();
            const tail = [...run.teller.acknowledged].filter((id) => !there.has(id)).length;
            process.stdout.write(
              `failover: ${tail} of ${run.teller.acknowledged.size} acknowledged events were not replicated\n`,
            );
            proxy.lead(servers.replica.port);
          });
          const since = performance.now();
          await run.teller.tellAgain(5_000);
          await eventually(() => scene.settled(), { timeoutMs: 30_000 });
          const recoveryMs = performance.now() - since;
          await servers.primary.start();
          await replicate(servers.primary, servers.replica);
          servers = { primary: servers.replica, replica: servers.primary };
          return { counts: await run.counts(), recoveryMs };
        });
    },
    300_000,
  );
});
