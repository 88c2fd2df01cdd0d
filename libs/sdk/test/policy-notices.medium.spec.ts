import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { TopicHub } from '@agion/messaging';
import { eventually, startRedis, type TestRedis } from '@agion/testing';
import { RawRedis } from '../../../e2e/raw-redis.js';
import { KeeperScene } from './keeper-scene.js';

let scene: KeeperScene;
let redis: TestRedis;
let hub: TopicHub;
let raw: RawRedis;

beforeEach(async () => {
  [scene, redis] = await Promise.all([KeeperScene.start(), startRedis()]);
  raw = await RawRedis.open(redis.url);
  hub = new TopicHub({ redisUrl: redis.url, name: 'test' });
});
afterEach(async () => {
  await scene.stop();
  hub.close();
  raw.close();
  await redis.stop();
});

describe('a subscription that comes back', () => {
  it('is followed by a look at the policies: nobody repeats what was said meanwhile', async () => {
    const kept = scene.keeper({ hub, syncIntervalMs: 600_000 }); // neither the poll nor a beacon helps
    await kept.start();
    for (const revision of [2, 3]) {
      await eventually(async () => expect(await raw.call('PUBSUB', 'NUMSUB', 'agion:policy:updates')).toContain(1));
      scene.server.publish({ id: `calls-${revision}` });
      await raw.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
      await eventually(() => expect(kept.current.revision).toBe(revision));
    }
  });
});
