import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type Platform, startPlatform } from '../platform.js';
import { RawRedis } from '../raw-redis.js';
import { Fleet, publish, quantile } from './fleet.js';

const CHANGES = 50;
/** Milliseconds from a change to its effect, at most (99 of 100). */
const IN_TIME_MS = 1_000;
const OUTAGE_MS = 30_000;

let platform: Platform;
let fleet: Fleet;

beforeAll(async () => {
  platform = await startPlatform();
  await publish(platform, 'deny');
}, 60_000);
afterEach(() => fleet?.close());
afterAll(() => platform?.stop());

/** Changes the policy again and again; effects take turns, so that each change has one. */
async function changeOften(times: number[]): Promise<void> {
  for (let change = 0; change < CHANGES; change++)
    times.push(await fleet.change(change % 2 === 0 ? 'allow' : 'deny', { timeoutMs: 10_000 }));
}

function report(what: string, times: readonly number[]): number {
  const [p50, p99] = [quantile(times, 0.5), quantile(times, 0.99)];
  process.stdout.write(
    `    ${what}: ${times.length} changes, p50 ${p50.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms, slowest ${Math.max(...times).toFixed(0)} ms\n`,
  );
  return p99;
}

describe('a change of a policy', () => {
  it('has its effect in every agent of a fleet within a second', async () => {
    fleet = await Fleet.open(platform, 5);
    const times: number[] = [];
    await changeOften(times);
    expect(report('from sending a change to its effect in all 5 agents', times)).toBeLessThan(IN_TIME_MS);
  }, 120_000);

  it('has it while the subscriptions are cut ten times a second', async () => {
    fleet = await Fleet.open(platform, 5);
    const redis = await RawRedis.open(platform.redis.url);
    let cut = 0;
    const cutter = setInterval(() => {
      redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub').then(
        (killed) => (cut += Number(killed)),
        () => undefined,
      );
    }, 100);
    const times: number[] = [];
    try {
      await changeOften(times);
    } finally {
      clearInterval(cutter);
      redis.close();
    }
    process.stdout.write(`    ${cut} subscriptions were cut meanwhile\n`);
    expect(cut).toBeGreaterThan(CHANGES);
    expect(report('with the subscriptions cut every 100 ms', times)).toBeLessThan(IN_TIME_MS);
  }, 180_000);

  it('reaches 10 agents within 30 s after an outage of Redis', async () => {
    fleet = await Fleet.open(platform, 10, { syncIntervalMs: 600_000 }); // the poll must not be what helps
    await fleet.change('allow');
    const known = Math.max(...fleet.revisions);
    await platform.redis.stop();
    await new Promise((resolve) => setTimeout(resolve, OUTAGE_MS - 2_000));
    await publish(platform, 'deny');
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    for (const member of fleet.members)
      expect(member.checkLocally({ action: 'send_report' })).toMatchObject({ allowed: true, policyRevision: known });
    expect(new Set(fleet.revisions)).toEqual(new Set([known]));
    await platform.redis.start();
    const startedAt = performance.now();
    await fleet.decides('deny', known + 1, 30_000);
    const tookMs = performance.now() - startedAt;
    process.stdout.write(
      `    10 agents decide by a change made during the outage ${tookMs.toFixed(0)} ms after its end\n`,
    );
    expect(tookMs).toBeLessThan(30_000);
  }, 120_000);
});
