import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startRedis, testEnvironment, type TestRedis } from '@agion/testing';
import { DEFAULT_ORGANIZATION, HEADERS, type Principal, type ServiceName } from '@agion/wire';
import { type ActFor, AssertionSigner, parsePrivateKey, type RunningService, startService } from '@agion/service-kit';
import { sample } from './sample-service.js';

let redis: TestRedis;
let service: RunningService;
let env: Record<string, string>;

const caller: Principal = {
  kind: 'user',
  subject: 'ada',
  organization: DEFAULT_ORGANIZATION,
  role: 'viewer',
  groups: [],
};

beforeAll(async () => {
  redis = await startRedis();
  env = await testEnvironment({ databaseUrl: 'postgresql://nobody@127.0.0.1:1/none', redisUrl: redis.url });
  service = await startService(sample, { env });
});
afterAll(async () => {
  await service.close();
  await redis.stop();
});

const ask = (path: string, signed: string): Promise<Response> =>
  fetch(`${service.url}${path}`, { headers: { [HEADERS.assertion]: signed } });

describe('a service that acts for the principal of a run or mission', () => {
  const id = '0198c0de-1111-7000-8000-000000000001';
  const acting = (as: ServiceName, actFor: object | undefined, principal = caller): string =>
    new AssertionSigner(as, parsePrivateKey(env[`${as.toUpperCase()}_SERVICE_KEY`] ?? '')).sign(
      'governance',
      principal,
      actFor as ActFor,
    );

  test('is let in where that is meant, with the principal and what it is about', async () => {
    for (const [as, actFor] of [
      ['execution', { run_id: id }] as const,
      ['coordination', { mission_id: id }] as const,
    ]) {
      const response = await ask('/v1/notes/for-runs', acting(as, actFor));
      expect(await response.json()).toEqual({ caller: 'ada', role: 'viewer', act_for: actFor });
    }
    expect((await ask('/v1/notes/for-runs', acting('gateway', undefined))).status).toBe(200); // the gateway's callers too
  });

  test('is refused by every other route', async () => {
    expect((await ask('/v1/notes', acting('execution', { run_id: id }))).status).toBe(403);
  });

  test.each<[string, () => string]>([
    ['without saying for which', () => acting('execution', undefined)],
    ['for what it does not keep', () => acting('execution', { mission_id: id })],
    ['for a run, and keeps none', () => acting('registry', { run_id: id })],
    ['for two at once', () => acting('execution', { run_id: id, mission_id: id })],
    ['for no id', () => acting('execution', { run_id: '*' })],
    ['for something unheard of', () => acting('execution', { isAdmin: id })],
    [
      'as another service',
      () => acting('execution', { run_id: id }, { ...caller, kind: 'service', subject: 'registry' }),
    ],
    ['as nobody', () => acting('execution', { run_id: id }, { ...caller, kind: 'anonymous' })],
    ['as the gateway, which need not', () => acting('gateway', { run_id: id })],
    ['as a property of all objects', () => acting('registry', { constructor: id })],
  ])('is unknown %s', async (_, signed) => {
    expect((await ask('/v1/notes/for-runs', signed())).status).toBe(401);
  });
});
