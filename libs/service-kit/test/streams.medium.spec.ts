import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createRedis, type RedisConnection } from '@agion/messaging';
import { type RunningService, startService, StreamTrimmer, StreamWatch } from '@agion/service-kit';
import { eventually, startRedis, testEnvironment, type TestRedis } from '@agion/testing';
import { DEFAULT_ORGANIZATION, deadLetterKey, STREAMS } from '@agion/wire';
import { received, sample } from './sample-service.js';

let redis: TestRedis;
let service: RunningService;
let client: RedisConnection;

beforeAll(async () => {
  redis = await startRedis();
  const env = await testEnvironment({ databaseUrl: 'postgresql://nobody@127.0.0.1:1/none', redisUrl: redis.url });
  service = await startService(sample, { env });
  client = createRedis({ url: redis.url, role: 'command', name: 'test' });
  await eventually(() => expect(client.status).toBe('ready'));
});

afterAll(async () => {
  client.disconnect();
  await service.close();
  await redis.stop();
});

test('a valid entry reaches the controller with its organization', async () => {
  await client.xadd(STREAMS.missions, '*', 'mission_id', 'm1', 'event_type', 'joined', 'extra', 'ignored');
  await eventually(() => expect(received.map(({ entry }) => entry.mission_id)).toContain('m1'));
  expect(received[0]).toMatchObject({
    organization: DEFAULT_ORGANIZATION,
    stream: STREAMS.missions,
    entry: { event_type: 'joined' },
  });
});

test('a malformed and an impossible entry become dead letters and the group goes on', async () => {
  await client.xadd(STREAMS.missions, '*', 'nonsense', '1');
  await client.xadd(STREAMS.missions, '*', 'mission_id', 'm2', 'event_type', 'impossible');
  await client.xadd(STREAMS.missions, '*', 'mission_id', 'm3', 'event_type', 'left');
  await eventually(() => expect(received.map(({ entry }) => entry.mission_id)).toContain('m3'));
  await eventually(async () => {
    const dead = await client.xrange(deadLetterKey(STREAMS.missions), '-', '+');
    const errors = dead.map(([, fields]) => fields[fields.indexOf('error') + 1]);
    expect(errors).toEqual(
      expect.arrayContaining([expect.stringContaining('/mission_id'), expect.stringContaining('this can never work')]),
    );
  });
  await eventually(async () =>
    expect(await client.xpending(STREAMS.missions, 'sample')).toEqual([0, null, null, null]),
  );
});

test('entries every group has done with are trimmed, and no others', async () => {
  const trimmer = service.app.get(StreamTrimmer);
  const before = received.length;
  for (let n = 0; n < 300; n++) await client.xadd(STREAMS.missions, '*', 'mission_id', `t${n}`, 'event_type', 'joined');
  await eventually(() => expect(received.length).toBe(before + 300));
  await eventually(async () =>
    expect(await client.xpending(STREAMS.missions, 'sample')).toEqual([0, null, null, null]),
  );
  await trimmer.trim(3_600_000);
  expect(await client.xlen(STREAMS.missions)).toBeGreaterThanOrEqual(300);
  expect(await trimmer.trim(0)).toBeGreaterThan(100);
  expect(received.length).toBe(before + 300);
});

test('what was trimmed unread and a redis that fills up are told of, once each', async () => {
  const watch = service.app.get(StreamWatch);
  expect(await watch.look()).toEqual([]);
  const last = await client.xadd(STREAMS.missions, '*', 'mission_id', 'w', 'event_type', 'joined');
  await eventually(async () =>
    expect(await client.xpending(STREAMS.missions, 'sample')).toEqual([0, null, null, null]),
  );
  // As if a hundred had been added and trimmed before anybody read them.
  await client.call('XGROUP', 'SETID', STREAMS.missions, 'sample', String(last), 'ENTRIESREAD', 1);
  await client.config('SET', 'maxmemory', '100mb');
  expect(await watch.look()).toEqual(['stream entries were trimmed before they were read']);
  await client.config('SET', 'maxmemory', '1mb');
  expect(await watch.look()).toEqual(['redis is filling up: a full one takes no more events']);
  expect(await watch.look()).toEqual([]);
  await client.config('SET', 'maxmemory', '0');
});

test('a service that parts answers on, and reads nothing more from its streams', async () => {
  const before = received.length;
  const parted = service.part();
  const answer = await fetch(`${service.url}/health`);
  expect([answer.status, answer.headers.get('connection')]).toEqual([200, 'close']);
  await parted;
  expect((await fetch(`${service.url}/readiness`)).status).toBe(503);
  await client.xadd(STREAMS.missions, '*', 'mission_id', 'late', 'event_type', 'joined');
  expect(await client.xinfo('CONSUMERS', STREAMS.missions, 'sample')).toEqual([]);
  expect(received.length).toBe(before);
});
