import { afterEach, describe, expect, test } from '@jest/globals';
import { eventually, freePorts, hasRedisServer, startRedis, startSentinel, type TestRedis } from '@agion/testing';
import { GovernedAgent } from '../governed-agent.js';
import { type Platform, startPlatform } from '../platform.js';
import { RawRedis } from '../raw-redis.js';
import { Fleet, publish } from '../sdk/fleet.js';
import { openFault, scaled } from './fault.js';
import { PolicyWitness } from './policy-witness.js';
import { ServiceProcess } from './service-process.js';

const promoted = openFault('policies', 14, 'a replica takes the place of redis');
const unannounced = openFault('policies', 23, 'governance dies between a commit and its notice');

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
}, 60_000);

/** A durable primary, its replica and a Sentinel, as one Redis to everybody else; `stop` ends the primary alone. */
async function startPair(): Promise<TestRedis> {
  const primary = await startRedis({ durable: true });
  ends.push(() => primary.stop());
  const replica = await startRedis({ options: ['--replicaof', '127.0.0.1', String(primary.port)] });
  ends.push(() => replica.stop());
  const direct = await RawRedis.open(primary.url);
  await eventually(async () => expect(await direct.call('INFO', 'replication')).toContain('state=online'), {
    timeoutMs: 20_000,
  });
  const sentinel = await startSentinel('main', primary.port);
  ends.push(() => sentinel.stop());
  const asked = await RawRedis.open(`redis://127.0.0.1:${sentinel.port}`);
  await eventually(async () => expect(String(await asked.call('SENTINEL', 'REPLICAS', 'main'))).toContain('slave'), {
    timeoutMs: 20_000,
    intervalMs: 200,
  });
  direct.close();
  asked.close();
  return { ...primary, url: `redis+sentinel://127.0.0.1:${sentinel.port}/main` };
}

async function opened(platform: Platform, members: number): Promise<Fleet> {
  await publish(platform, 'allow');
  const fleet = await Fleet.open(platform, members);
  ends.push(() => fleet.close());
  return fleet;
}

/** Within `npm test` there are none: a failover takes its time, and connections by way of Sentinels are tested there by themselves. */
const FAILOVERS = scaled({ quick: 0, usual: 3, full: 10 });
const whole = hasRedisServer() && FAILOVERS > 0 ? describe : describe.skip;
if (!hasRedisServer()) test('redis-server', () => promoted.cannot('there is no redis-server'));

whole('policies when a replica takes the place of Redis', () => {
  test('are followed again within seconds, and the bus answers; what was not replicated yet is lost, and counted', async () => {
    for (let run = 0; run < FAILOVERS; run += 1)
      await promoted.run(async () => {
        const redis = await startPair();
        const platform = await startPlatform({ redis: Promise.resolve(redis) });
        ends.push(() => platform.stop());
        const fleet = await opened(platform, 5);
        const raw = await RawRedis.open(redis.url);
        ends.push(() => raw.close());
        const asker = await GovernedAgent.register(platform, raw, 'fleet:asker');
        await asker.askStream({ action: 'send_report' });
        const witness = new PolicyWitness(platform, fleet.members, { revision: 1, effect: 'allow' });
        ends.push(() => witness.close());
        const acknowledged = await raw.appendAll(
          'agion:events:feedback',
          Array.from({ length: 200 }, (_, n) => ({ event_id: `f-${n}`, agent_id: asker.id, rating: '5' })),
        );
        await redis.stop();
        const startedAt = performance.now();
        await witness.change();
        await eventually(
          async () => expect((await asker.askStream({ action: 'send_report' })).policy_revision).toBe('2'),
          { timeoutMs: 25_000, intervalMs: 200 },
        );
        await witness.converged();
        const recoveryMs = performance.now() - startedAt;
        const present = new Set((await raw.range('agion:events:feedback')).map(({ id }) => id));
        const lost = acknowledged.filter((id) => !present.has(id)).length;
        process.stdout.write(
          `    ${lost} of the last ${acknowledged.length} acknowledged entries were not replicated\n`,
        );
        const counts = witness.end();
        for (const end of ends.splice(0).toReversed()) await end();
        return { counts, recoveryMs };
      });
  }, 300_000);
});

test('policies that were committed and never announced are found out by themselves', async () => {
  const platform = await startPlatform();
  ends.push(() => platform.stop());
  const start = async (env: Record<string, string>): Promise<ServiceProcess> => {
    const started = await ServiceProcess.start('governance', platform, env);
    ends.push(() => started.kill());
    return started;
  };
  const [port] = await freePorts(1);
  await start({ GOVERNANCE_PORT: String(port) }); // another replica, which says each second where policies are
  const fleet = await opened(platform, 5);
  const witness = new PolicyWitness(platform, fleet.members, { revision: 1, effect: 'allow' });
  ends.push(() => witness.close());
  for (let run = 0; run < scaled({ quick: 1, usual: 5, full: 100 }); run += 1)
    await unannounced.run(async () => {
      await platform.end('governance');
      const dying = await start({ AGION_CRASH_AT: 'after_policy_commit' });
      const effect = witness.announce();
      await expect(publish(platform, effect)).rejects.toThrow();
      expect(await dying.end()).toBe('SIGKILL');
      witness.commit();
      await platform.begin('governance');
      return { counts: { decisions: 0, wrong: 0 }, recoveryMs: await witness.converged() };
    });
  await unannounced.run(() => Promise.resolve({ counts: witness.end() }));
}, 1_800_000);
