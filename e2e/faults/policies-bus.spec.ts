import { hostname } from 'node:os';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { asOwner, eventually, freePorts } from '@agion/testing';
import { type Platform, startPlatform } from '../platform.js';
import { RawRedis } from '../raw-redis.js';
import { BusLoad } from './bus-load.js';
import { openFault, scaled } from './fault.js';
import { ServiceProcess } from './service-process.js';

const killed = openFault('policies', 1, 'one of two that answer is killed');
const overloaded = openFault('policies', 16, 'more is asked than can be answered in time');
const REQUESTS = 'governance:requests';
const AGENT = 'bus:asker';
/** What a dead process had in hand is taken over after three times this: before anybody stops waiting for it. */
const STREAM_TIMEOUT_MS = 1_000;

let platform: Platform;
let redis: RawRedis;
let ports: readonly number[];
let loads = 0;
const ends: (() => unknown)[] = [];

beforeAll(async () => {
  platform = await startPlatform({ without: ['governance'] });
  redis = await RawRedis.open(platform.redis.url);
  ports = [Number(platform.env.GOVERNANCE_PORT), ...(await freePorts(1))];
  await platform.call('POST', '/api/v1/agents/register', { body: { agent_id: AGENT, name: AGENT } });
  const first = await governance(0);
  await BusLoad.prepare(platform);
  await first.stop();
}, 60_000);
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
}, 60_000);
afterAll(async () => {
  redis?.close();
  await platform?.stop();
});

async function governance(index: 0 | 1): Promise<ServiceProcess> {
  const started = await ServiceProcess.start('governance', platform, {
    GOVERNANCE_PORT: String(ports[index]),
    AGION_STREAM_TIMEOUT_MS: String(STREAM_TIMEOUT_MS),
  });
  ends.push(() => started.kill());
  return started;
}

async function load(): Promise<BusLoad> {
  const opened = await BusLoad.open(platform, AGENT, `load${(loads += 1)}`);
  ends.push(() => opened.close());
  return opened;
}

/** Requests in the hands of a process, by the port it listens on. */
async function held(index: 0 | 1): Promise<number> {
  const name = `${hostname()}-${ports[index]}`;
  return ((await redis.call('XPENDING', REQUESTS, 'governance', '-', '+', 10_000, name)) as unknown[]).length;
}

test('one of two is killed under load: each request is answered once, none is wrongly allowed, none is missing', async () => {
  const both = [await governance(0), await governance(1)];
  for (let kills = 0; kills < scaled({ quick: 1, usual: 5, full: 20 }); kills += 1)
    await killed.run(async (next) => {
      const asker = await load();
      const index = kills % 2 === 0 ? 0 : 1;
      const victim = both[index] as ServiceProcess;
      await asker.ask(100 + Math.floor(next() * 400));
      await eventually(
        async () => {
          await asker.ask(50);
          victim.freeze();
          if ((await held(index)) > 0) return;
          victim.thaw();
          throw new Error('it has just finished what it held');
        },
        { timeoutMs: 30_000, intervalMs: 3 },
      );
      await victim.kill();
      const diedAt = performance.now();
      await asker.ask(200);
      await asker.answered();
      const recoveryMs = performance.now() - diedAt;
      both[index] = await governance(index);
      const { decisions, unavailable, ...counts } = asker.counts();
      await eventually(async () => expect(await asker.recorded()).toBe(decisions - unavailable), { timeoutMs: 20_000 });
      return { counts: { ...counts, decisions, unavailable }, recoveryMs };
    });
}, 600_000);

test('more is asked than can be answered in time: each request is answered, the late ones that nothing is decided', async () => {
  await governance(0);
  const asker = await load();
  await asker.ask(10);
  await asker.answered();
  await overloaded.run(async () => {
    await asker.ask(
      scaled({ quick: 6_000, usual: 20_000, full: 100_000 }),
      scaled({ quick: 200, usual: 500, full: 1_000 }),
    );
    const askedAt = performance.now();
    await asker.answered(120_000);
    const recoveryMs = performance.now() - askedAt;
    const counts = asker.counts();
    expect(counts.unavailable).toBeGreaterThan(0);
    process.stdout.write(`    ${counts.unavailable} of ${counts.decisions} were told that nothing is decided\n`);
    return { counts, recoveryMs };
  });
  await asker.ask(10);
  await asker.answered();
  expect(asker.counts().decisions).toBeGreaterThan(10);
}, 180_000);

test('nothing can be written down while more is asked: what has no room is refused, and what was decided is kept', async () => {
  await governance(0);
  const asker = await load();
  await overloaded.run(async () => {
    let unlock: () => void = () => undefined;
    const unlocked = new Promise<void>((resolve) => (unlock = resolve));
    let isLocked = false;
    const lock = asOwner(platform.database, async (client) => {
      await client.query('BEGIN; LOCK TABLE governance.decisions IN ACCESS EXCLUSIVE MODE');
      isLocked = true;
      await unlocked;
      await client.query('COMMIT');
    });
    await eventually(() => expect(isLocked).toBe(true));
    try {
      const since = performance.now();
      const leastMs = scaled({ quick: 2_500, usual: 4_000, full: 15_000 });
      // Until there is no room: how long that takes is up to the machine.
      const isEnough = (ms: number): boolean => ms > 60_000 || (ms > leastMs && asker.refused > 0);
      while (!isEnough(performance.now() - since)) {
        await asker.ask(300);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    } finally {
      unlock();
      await lock;
    }
    const unlockedAt = performance.now();
    await asker.answered();
    const recoveryMs = performance.now() - unlockedAt;
    const counts = asker.counts();
    expect(counts.unavailable).toBeGreaterThan(0);
    expect(await asker.recorded()).toBe(counts.decisions - counts.unavailable);
    return { counts, recoveryMs };
  });
}, 180_000);
