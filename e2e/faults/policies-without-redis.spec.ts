import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually, hasRedisServer, startRedis } from '@agion/testing';
import { GovernedAgent } from '../governed-agent.js';
import { type Platform, startPlatform } from '../platform.js';
import { type Fields, RawRedis } from '../raw-redis.js';
import { Fleet, publish, quantile } from '../sdk/fleet.js';
import { openFault, scaled } from './fault.js';
import { PolicyWitness } from './policy-witness.js';

const REQUESTS = 'governance:requests';
const MEMBERS = 10;
const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const killed = openFault('policies', 6, 'redis is killed and started again');
const frozen = openFault('policies', 7, 'redis stands still');
const emptied = openFault('policies', 8, 'redis starts again without data');
const cut = openFault('policies', 9, 'connections to redis are cut again and again');
const ROWS = [killed, frozen, emptied, cut];

let platform: Platform;
let fleet: Fleet;
let asker: GovernedAgent;
let redis: RawRedis;
let revision = 1;
let effect: 'allow' | 'deny' = 'allow';

beforeAll(async () => {
  if (!hasRedisServer()) return;
  platform = await startPlatform({ redis: startRedis({ durable: true }) });
  await publish(platform, effect);
  fleet = await Fleet.open(platform, MEMBERS);
  redis = await RawRedis.open(platform.redis.url);
  asker = await GovernedAgent.register(platform, redis, 'fleet:asker');
}, 60_000);
afterAll(async () => {
  redis?.close();
  await fleet?.close();
  await platform?.stop();
});

/** Watches the fleet during a fault, and until it is whole again. */
async function watched(
  during: (witness: PolicyWitness) => Promise<{ recoveryMs: number }>,
): Promise<{ counts: Record<string, number>; recoveryMs: number }> {
  const witness = new PolicyWitness(platform, fleet.members, { revision, effect });
  try {
    const { recoveryMs } = await during(witness);
    await witness.converged();
    return { counts: witness.end(), recoveryMs };
  } finally {
    witness.close();
    ({ revision } = witness);
    effect = fleet.members[0]?.checkLocally({ action: 'send_report' }).decision === 'allow' ? 'allow' : 'deny';
  }
}

/** @returns milliseconds until the bus has answered a question by the newest revision */
async function untilAnswered(): Promise<number> {
  const startedAt = performance.now();
  await eventually(
    async () => {
      const answer = await asker.askStream({ action: 'send_report' });
      expect(Number(answer.policy_revision)).toBe(revision);
    },
    { timeoutMs: 20_000, intervalMs: 20 },
  );
  return performance.now() - startedAt;
}

const whole = hasRedisServer() ? describe : describe.skip;
if (!hasRedisServer()) test('redis-server', () => ROWS.forEach((row) => row.cannot('there is no redis-server')));

whole('policies while Redis', () => {
  test('is killed and started again: what it had acknowledged is answered, and nobody stays behind', async () => {
    for (let run = 0; run < scaled({ quick: 1, usual: 5, full: 20 }); run += 1)
      await killed.run(() =>
        watched(async (witness) => {
          const asked: Fields[] = Array.from({ length: 50 }, (_, n) => ({
            correlation_id: `killed-${run}-${n}`,
            agent_id: asker.id,
            action: 'send_report',
            timeout_ms: '60000',
          }));
          await redis.appendAll(REQUESTS, asked);
          await platform.redis.stop();
          await witness.change();
          await platform.redis.start();
          ({ revision } = witness);
          const recoveryMs = await untilAnswered();
          await eventually(
            async () => {
              const answers = await redis.range('governance:responses');
              const answered = new Set(answers.map(({ fields }) => fields.correlation_id));
              expect(asked.filter((each) => !answered.has(each.correlation_id ?? ''))).toEqual([]);
            },
            { timeoutMs: 20_000 },
          );
          return { recoveryMs };
        }),
      );
  }, 600_000);

  test('stands still: agents decide as fast as ever, and the platform says that it is not ready', async () => {
    const outageMs = scaled({ quick: 1_500, usual: 10_000, full: 30_000 });
    await frozen.run(() =>
      watched(async (witness) => {
        platform.redis.signal('SIGSTOP');
        const times: number[] = [];
        try {
          await witness.change();
          const until = Date.now() + outageMs;
          while (Date.now() < until) {
            const startedAt = performance.now();
            fleet.members[0]?.checkLocally({ action: 'send_report' });
            times.push(performance.now() - startedAt);
            await wait(5);
          }
          const governance = platform.services.get('governance')?.url ?? '';
          expect((await fetch(`${governance}/readiness`)).status).toBe(503);
          expect((await fetch(`${governance}/health`)).status).toBe(200);
        } finally {
          platform.redis.signal('SIGCONT');
        }
        expect(quantile(times, scaled({ quick: 0.9, usual: 0.99, full: 0.99 }))).toBeLessThan(1);
        ({ revision } = witness);
        return { recoveryMs: await untilAnswered() };
      }),
    );
  }, 120_000);

  test('starts again without data: groups are made anew, and policies are as they were', async () => {
    for (let run = 0; run < scaled({ quick: 1, usual: 5, full: 20 }); run += 1)
      await emptied.run(() =>
        watched(async (witness) => {
          await redis.call('FLUSHALL');
          await witness.change();
          ({ revision } = witness);
          return { recoveryMs: await untilAnswered() };
        }),
      );
  }, 300_000);

  test('loses its connections again and again: all are at one revision a second later, and nothing is left pending', async () => {
    const cutMs = scaled({ quick: 1_000, usual: 15_000, full: 60_000 });
    await cut.run(() =>
      watched(async (witness) => {
        const cutter = setInterval(() => {
          for (const type of ['normal', 'pubsub'])
            redis.call('CLIENT', 'KILL', 'TYPE', type, 'SKIPME', 'yes').catch(() => undefined);
        }, 25);
        const until = Date.now() + cutMs;
        while (Date.now() < until) {
          await witness.change();
          await wait(200);
        }
        clearInterval(cutter);
        const recoveryMs = await witness.converged();
        ({ revision } = witness);
        await untilAnswered();
        await eventually(async () => expect(await redis.pending(REQUESTS, 'governance')).toEqual([]), {
          timeoutMs: 10_000,
        });
        return { recoveryMs };
      }),
    );
  }, 120_000);
});
