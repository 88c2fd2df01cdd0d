import { afterEach, describe, expect } from '@jest/globals';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually, freePorts, hasRedisServer, outlive, type TestRedis } from '@agion/testing';
import { serverAccount } from '../../tools/launcher/server-account.mjs';
import { EventScene, heavy } from './event-scene.js';
import { openFault, scaled } from './fault.js';
import { OwnPostgres } from './own-postgres.js';
import { PolicyWriter } from './policy-writer.js';
import { SmallDisk } from './small-disk.js';

/** Faults 15 and 20: the disk of Redis is full, and that of Postgres. Each on a file system of its own. */
const WHY_NOT = SmallDisk.obstacle() ?? (hasRedisServer() ? undefined : 'no redis-server on the PATH');
const RUNS = scaled({ quick: 1, usual: 1, full: 5 });

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

/** A Redis whose file lies on a small disk. */
async function redisOn(disk: SmallDisk, fsync: string): Promise<TestRedis & { isOver(): boolean }> {
  const [port] = (await freePorts(1)) as [number];
  const options = [
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--appendonly',
    'yes',
    '--appendfsync',
    fsync,
    '--dir',
    disk.folder,
  ];
  const launch = (): ReturnType<SmallDisk['run']> => {
    const started = disk.run('redis-server', ['--port', String(port), ...options], { stdio: 'ignore' });
    outlive(started);
    return started;
  };
  let server = launch();
  const isOver = (): boolean => server.exitCode !== null || server.signalCode !== null;
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    isOver,
    signal: (signal) => void server.kill(signal),
    start: () => {
      server = launch();
      return Promise.resolve();
    },
    stop: async () => {
      if (isOver()) return;
      server.kill('SIGKILL');
      await once(server, 'exit');
    },
  };
}

describe('a full disk', () => {
  heavy.each(['everysec', 'always'])(
    'of redis (appendfsync %s): who tells keeps it until there is room, and nothing acknowledged is lost',
    async (fsync) => {
      const fault = openFault('events', 15, `disk of Redis full, appendfsync ${fsync}`);
      if (WHY_NOT !== undefined) return fault.cannot(WHY_NOT);
      const disk = await SmallDisk.open(24);
      ends.push(() => disk.close());
      const redis = await redisOn(disk, fsync);
      const scene = await EventScene.start({ redis: Promise.resolve(redis) });
      ends.push(() => scene.stop());
      const consumer = await scene.consumer();
      for (let left = RUNS; left > 0; left -= 1)
        await fault.run(async () => {
          const run = await scene.begin();
          await run.teller.tell(300);
          disk.fill();
          const telling = run.teller.tell(3_000);
          const event = {
            kind: 'mission',
            mission_id: crypto.randomUUID(),
            agent_id: 'crew:agent_1',
            event_type: 'task.completed',
          };
          await eventually(async () => expect((await scene.tellOverHttp(event)).status).toBe(503), {
            timeoutMs: 20_000,
          });
          await sleep(1_000);
          disk.free();
          const since = performance.now();
          if (redis.isOver()) await redis.start();
          await telling;
          await eventually(() => scene.settled(), { timeoutMs: 30_000 });
          const recoveryMs = performance.now() - since;
          expect(consumer.process.ended).toBe(false);
          return { counts: await run.counts(), recoveryMs };
        });
    },
    300_000,
  );

  heavy(
    'of postgres: nothing is half written, callers are told to come back, and all is taken in when there is room',
    async () => {
      const fault = openFault('events', 20, 'disk of Postgres full');
      if (WHY_NOT !== undefined) return fault.cannot(WHY_NOT);
      const disk = await SmallDisk.open(200, serverAccount());
      ends.push(() => disk.close());
      const postgres = await OwnPostgres.start(disk);
      ends.push(() => postgres.close());
      const database = await postgres.database();
      const scene = await EventScene.start({ database, governance: () => ({ GOVERNANCE_DATABASE_URL: database.url }) });
      ends.push(() => scene.stop());
      const consumer = await scene.consumer();
      const admin = await scene.platform.person('admin');
      for (let left = RUNS; left > 0; left -= 1)
        await fault.run(async () => {
          const run = await scene.begin();
          await run.teller.tell(300);
          await scene.settled();
          const writer = new PolicyWriter(scene, admin, `full_${left}`);
          expect((await writer.create()).status).toBe(201);
          disk.fill();
          await run.teller.tell(20_000);
          await eventually(async () => expect((await run.overHttp(1, { tries: 1 }))[0]).toBe(503), {
            timeoutMs: 30_000,
          });
          await eventually(async () => expect((await writer.create()).status).toBe(503), { timeoutMs: 30_000 });
          for (let more = 0; more < 5; more += 1) await writer.create(); // each is either done whole or refused
          disk.free();
          const since = performance.now();
          if (postgres.isOver) await postgres.startServer();
          await scene.settled(60_000);
          const recoveryMs = performance.now() - since;
          await eventually(async () => expect((await writer.create()).status).toBe(201));
          await writer.expectWholeTrail();
          expect(consumer.process.ended).toBe(false);
          expect(await scene.deadLetters()).toBe(0);
          await run.overHttp(1);
          return { counts: await run.counts(), recoveryMs };
        });
    },
    300_000,
  );
});
