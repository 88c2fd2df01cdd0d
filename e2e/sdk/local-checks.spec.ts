import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdtemp, rm } from 'node:fs/promises';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { AgionSDK, type AgionSDKOptions } from '@agion/sdk';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@agion/testing';
import { createPolicies } from '../policies.js';
import { type Platform, startPlatform } from '../platform.js';

const AGENT = 'local:checker';
const CHECKS = 20_000;

let platform: Platform;
let folder: string;
const sdks: AgionSDK[] = [];

beforeAll(async () => {
  [platform, folder] = await Promise.all([startPlatform(), mkdtemp(path.join(tmpdir(), 'agion-sdk-'))]);
  await createPolicies(
    platform,
    {
      id: 'small-mail',
      effect: 'allow',
      agents: ['local:*'],
      actions: ['send_email'],
      condition: 'context.amount < 500',
    },
    { id: 'no-deletes', effect: 'deny', agents: ['local:*'], actions: ['delete_*'] },
  );
}, 60_000);
afterEach(() => Promise.all(sdks.splice(0).map((sdk) => sdk.close())));
afterAll(async () => {
  await platform?.stop();
  await rm(folder, { recursive: true });
});

async function opened(options: Partial<AgionSDKOptions> = {}): Promise<AgionSDK> {
  const { url: gatewayUrl, redis } = platform;
  const sdk = new AgionSDK({ agentId: AGENT, gatewayUrl, redisUrl: redis.url, ...options });
  sdks.push(sdk);
  await sdk.initialize();
  // Where the first answer is slow, it is open without policies and denies meanwhile.
  await eventually(() => expect(sdk.status.policies.revision).toBeGreaterThan(0));
  return sdk;
}

/** What leaves this process while something runs: connections begun, and writes to sockets. */
async function networkUse(
  run: () => Promise<void> | void,
): Promise<{ connections: number; writes: number; requests: number }> {
  const used = { connections: 0, writes: 0, requests: 0 };
  const connect = (): unknown => used.connections++;
  const request = (): unknown => used.requests++;
  const { write } = Socket.prototype;
  Socket.prototype.write = function counted(this: Socket, ...given: Parameters<typeof write>): boolean {
    if (this.remotePort !== undefined) used.writes++;
    return write.apply(this, given);
  } as typeof write;
  subscribe('net.client.socket', connect);
  subscribe('undici:request:create', request);
  try {
    await run();
  } finally {
    unsubscribe('net.client.socket', connect);
    unsubscribe('undici:request:create', request);
    Socket.prototype.write = write;
  }
  return used;
}

/** The same questions, with the answers they have. */
async function checkAll(sdk: AgionSDK, times: number): Promise<void> {
  for (let index = 0; index < times; index++) {
    const amount = index % 1_000;
    const mail = { action: 'send_email', context: { amount } };
    const decision = index % 2 === 0 ? sdk.checkLocally(mail) : await sdk.checkPermission(mail);
    if (decision.allowed !== amount < 500 || decision.decidedBy !== 'local')
      throw new Error(`${amount}: ${JSON.stringify(decision)}`);
  }
  expect(sdk.checkLocally({ action: 'delete_all' })).toMatchObject({
    decision: 'deny',
    policies: [{ policy: 'no-deletes' }],
  });
}

describe('a check of loaded policies', () => {
  it('makes no network call, however often', async () => {
    const sdk = await opened();
    const startedAt = performance.now();
    const used = await networkUse(() => checkAll(sdk, CHECKS));
    const micros = ((performance.now() - startedAt) * 1_000) / CHECKS;
    process.stdout.write(`    ${CHECKS} checks, ${micros.toFixed(1)} µs each: ${JSON.stringify(used)}\n`);
    expect(used).toEqual({ connections: 0, writes: 0, requests: 0 });
    const other = await networkUse(async () => void (await fetch(`${platform.url}/health`)));
    expect(other.requests + other.writes).toBeGreaterThan(0); // it would have been seen
  });

  it('needs neither gateway nor Redis, which a new process does not either when it has a snapshot', async () => {
    const sdk = await opened({ snapshotFolder: folder });
    await sdk.close();
    const running = await opened({ snapshotFolder: folder });
    await Promise.all([...platform.services.values()].map((service) => service.close()));
    await platform.redis.stop();
    await checkAll(running, 1_000);

    const times: number[] = [];
    for (let start = 0; start < 5; start += 1) {
      const startedAt = performance.now();
      const restarted = await opened({ snapshotFolder: folder });
      times.push(performance.now() - startedAt);
      await checkAll(restarted, 1_000);
    }
    const best = Math.min(...times); // the others tell of what else the machine had to do
    process.stdout.write(`    ready from a snapshot, with nothing else there, after ${best.toFixed(0)} ms\n`);
    expect(best).toBeLessThan(200);
    await expect(opened({ snapshotFolder: path.join(folder, 'empty') })).rejects.toThrow();
  }, 60_000);
});
