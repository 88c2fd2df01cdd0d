import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { AgionSDK, type AgionSDKOptions } from '@agion/sdk';
import { eventually } from '@agion/testing';
import { type Platform, startPlatform } from '../platform.js';
import { Fleet, publish } from '../sdk/fleet.js';
import { openFault, scaled } from './fault.js';
import { type Standing, watched } from './policy-witness.js';

const away = openFault('policies', 25, 'the gateway is away, policies are on disk');
const nothing = openFault('policies', 26, 'the gateway is away, and nothing is on disk');
const stale = openFault('policies', 27, 'policies are stale');

const ACTION = 'send_report';
const RUNS = scaled({ quick: 1, usual: 5, full: 20 });

let platform: Platform;
let folder: string;
const standing: Standing = { revision: 1, effect: 'allow' };
const opened: { close(): Promise<void> }[] = [];

beforeAll(async () => {
  platform = await startPlatform();
  folder = await mkdtemp(path.join(tmpdir(), 'agion-fault-'));
  await publish(platform, standing.effect);
}, 60_000);
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});
afterAll(async () => {
  await platform?.stop();
  if (folder) await rm(folder, { recursive: true, force: true });
});

async function fleetOf(count: number, options: Partial<AgionSDKOptions> = {}): Promise<Fleet> {
  const fleet = await Fleet.open(platform, count, options);
  opened.push(fleet);
  return fleet;
}

const stopGateway = (): Promise<void> => platform.end('gateway');
const startGateway = (): Promise<void> => platform.begin('gateway');

describe('policies without the gateway', () => {
  test('go on deciding, and a process that starts meanwhile decides by those on disk, at once', async () => {
    const fleet = await fleetOf(5);
    const kept = {
      agentId: 'fleet:kept',
      gatewayUrl: platform.url,
      redisUrl: platform.redis.url,
      snapshotFolder: folder,
    };
    for (let run = 0; run < RUNS; run += 1)
      await away.run(() =>
        watched(platform, fleet.members, standing, async (witness) => {
          const earlier = new AgionSDK(kept);
          await earlier.initialize();
          await eventually(() => expect(earlier.status.policies.revision).toBe(witness.revision), {
            timeoutMs: 10_000,
          });
          await earlier.close();
          await stopGateway();
          let later: AgionSDK | undefined;
          try {
            later = new AgionSDK(kept);
            const startedAt = performance.now();
            await later.initialize();
            const startMs = performance.now() - startedAt;
            expect(startMs).toBeLessThan(scaled({ quick: 3_000, usual: 1_000, full: 200 }));
            expect(later.checkLocally({ action: ACTION })).toMatchObject({
              decision: standing.effect,
              policyRevision: witness.revision,
            });
          } finally {
            await later?.close();
            await startGateway();
          }
          await witness.change();
          return witness.converged();
        }),
      );
  }, 300_000);

  test('deny everything where none were ever kept', async () => {
    await nothing.run(async () => {
      await stopGateway();
      let decisions = 0;
      let ran = 0;
      try {
        const sdk = new AgionSDK({
          agentId: 'fleet:empty',
          gatewayUrl: platform.url,
          redisUrl: platform.redis.url,
          snapshotFolder: path.join(folder, 'empty'),
        });
        const act = sdk.governed('fleet:empty', ACTION)(() => Promise.resolve((ran += 1)));
        await expect(sdk.initialize()).rejects.toThrow();
        for (; decisions < 100; decisions += 1) {
          await expect(act()).rejects.toThrow();
          expect(() => sdk.checkLocally({ action: ACTION })).toThrow();
        }
        await sdk.close();
      } finally {
        await startGateway();
      }
      expect(ran).toBe(0);
      return { counts: { decisions, wrong: ran } };
    });
  }, 60_000);

  test('deny actions of high risk when they are stale, and go on with others', async () => {
    const maxStalenessMs = scaled({ quick: 1_500, usual: 3_000, full: 10_000 });
    const options = { maxStalenessMs, syncIntervalMs: 300, lowRiskActions: ['look'] };
    const [member] = (await fleetOf(1, options)).members;
    if (!member) throw new Error('no member');
    await publishLooking();
    await eventually(() => expect(member.checkLocally({ action: 'look' }).allowed).toBe(true));
    await stale.run(async () => {
      let wrong = 0;
      let decisions = 0;
      await stopGateway();
      const goneAt = performance.now();
      let deniedAt: number | null = null;
      let recoveryMs: number;
      try {
        await eventually(
          () => {
            const ageMs = member.status.policies.ageMs ?? Infinity;
            const risky = member.checkLocally({ action: 'unknown_risk' });
            const harmless = member.checkLocally({ action: 'look' });
            decisions += 2;
            if (!harmless.allowed) wrong += 1;
            if (ageMs < maxStalenessMs - 5 && risky.stale) wrong += 1;
            if (ageMs > maxStalenessMs + 1_000 && !risky.stale) wrong += 1;
            if (risky.stale) deniedAt ??= performance.now();
            expect(risky).toMatchObject({ allowed: false, unavailable: true, stale: true });
            expect(harmless).toMatchObject({ allowed: true, stale: true });
          },
          { timeoutMs: maxStalenessMs + 5_000, intervalMs: 5 },
        );
        expect(Number(deniedAt) - goneAt).toBeLessThan(
          maxStalenessMs + scaled({ quick: 5_000, usual: 1_000, full: 1_000 }),
        );
        expect(member.status.policies.standing).toBe('stale');
        expect(member.getMetrics().policy_engine.decided_while_stale).toBeGreaterThan(0);
      } finally {
        const startedAt = performance.now();
        await startGateway();
        await eventually(() => expect(member.status.policies.standing).toBe('fresh'), { timeoutMs: 20_000 });
        recoveryMs = performance.now() - startedAt;
      }
      expect(wrong).toBe(0);
      return { counts: { decisions, wrong }, recoveryMs };
    });
  }, 60_000);
});

/** Another policy, so another revision of the same effect. */
async function publishLooking(): Promise<void> {
  const token = await platform.person('admin');
  const spec = { status: 'active', effect: 'allow', scope: { agents: ['fleet:*'], actions: ['look', 'unknown_risk'] } };
  const body = { apiVersion: 'agion/v1', kind: 'Policy', metadata: { id: 'looking' }, spec };
  expect((await platform.call('POST', '/api/v1/policies', { token, body })).status).toBe(201);
  standing.revision += 1;
}
