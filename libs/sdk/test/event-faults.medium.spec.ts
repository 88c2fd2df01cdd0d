import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually, startRedis } from '@agion/testing';
import { type Platform, startPlatform } from '../../../e2e/platform.js';
import { RawRedis } from '../../../e2e/raw-redis.js';
import { PublishingAgent, SUCCESS } from './publishing-agent.js';

/** What goes wrong with Redis while events are published. Each leaves it well again. */
type Fault = (platform: Platform, redis: RawRedis, isFelt: () => Promise<unknown>) => Promise<unknown>;

const outOfMemory: Fault = async (_, redis, isFelt) => {
  await redis.call('CONFIG', 'SET', 'maxmemory', '1mb');
  await isFelt();
  await redis.call('CONFIG', 'SET', 'maxmemory', '0');
};
const readOnly: Fault = async (_, redis, isFelt) => {
  await redis.call('REPLICAOF', '127.0.0.1', '1');
  await isFelt();
  await redis.call('REPLICAOF', 'NO', 'ONE');
};
const cutOff: Fault = async (_, redis, isFelt) => {
  const kill = (): Promise<unknown> => redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
  const cutting = setInterval(() => void kill().catch(() => undefined), 30);
  await isFelt().finally(() => clearInterval(cutting));
};
/** Longer than a command waits: nobody knows what became of those under way. */
const frozen: Fault = async ({ redis: server }) => {
  server.signal('SIGSTOP');
  await sleep(900);
  server.signal('SIGCONT');
};
const restarted: Fault = async ({ redis: server }, _, isFelt) => {
  await server.stop();
  await isFelt();
  await server.start();
};

/** The one in WebAssembly keeps nothing. */
const durable = spawnSync('redis-server', ['--version']).status === 0;
const FAULTS: [string, Fault][] = [
  ['has no memory left', outOfMemory],
  ['is a replica', readOnly],
  ['cuts its clients off', cutOff],
  ['stands still', frozen],
  ...(durable ? [['is killed and started again', restarted] satisfies [string, Fault]] : []),
];

let platform: Platform;

beforeAll(async () => {
  platform = await startPlatform({ redis: startRedis({ durable }) });
}, 60_000);
afterAll(() => platform?.stop());

describe.each(FAULTS)('while redis %s', (name, fault) => {
  it('nothing is lost and nothing counts twice', async () => {
    const id = `${name.replaceAll(' ', '-')}:worker`;
    const troubles: unknown[] = [];
    const note = (fields: object): void => void troubles.push(fields);
    const logger = { info: () => undefined, warn: note, error: note };
    const agent = await PublishingAgent.register(platform, id, 'redis', { flushIntervalMs: 50, logger });
    const redis = await RawRedis.open(platform.redis.url);
    const ids: string[] = [];
    const durables: Promise<string>[] = [];
    const publish = (): void => {
      for (let n = 0; n < 15; n += 1) ids.push(agent.events.publishTrustEvent(SUCCESS).eventId);
      durables.push(
        agent.events.publishTrustEvent(SUCCESS, { mode: 'durable', timeoutMs: 30_000 }).then(({ eventId }) => eventId),
      );
    };
    const publishing = setInterval(publish, 10);
    try {
      await eventually(() => expect(agent.events.counts.published).toBeGreaterThan(200));
      await fault(platform, redis, () => eventually(() => expect(troubles).not.toEqual([]))); // or the fault was none
      const before = agent.events.counts.published;
      await eventually(() => expect(agent.events.counts.published).toBeGreaterThan(before + 200), {
        timeoutMs: 20_000,
      });
    } finally {
      clearInterval(publishing);
      redis.close();
    }
    ids.push(...(await Promise.all(durables)));
    await agent.buffer.close(20_000);
    expect(agent.events.counts).toEqual({ published: ids.length, failed: 0, dropped: 0, bufferSize: 0 });
    expect(troubles).not.toEqual([]);
    await eventually(
      async () => expect((await agent.recorded('governance.trust_events', 'event_id')).sort()).toEqual(ids.sort()),
      { timeoutMs: 30_000, intervalMs: 200 },
    );
    expect(await agent.counted()).toBe(ids.length);
  }, 90_000);
});
