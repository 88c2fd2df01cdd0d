import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '@agion/testing';
import { agentToken, type GatewayUnderTest, startGateway } from './gateway-under-test.js';

const LIMIT = 20;
const FAILURES = 5;
let gateway: GatewayUnderTest;

beforeAll(async () => {
  gateway = await startGateway({
    AGION_MODE: 'production',
    JWT_DEFAULT_ORGANIZATION: 'default',
    GATEWAY_RATE_LIMIT: String(LIMIT),
    GATEWAY_FAILURE_LIMIT: String(FAILURES),
    GATEWAY_PROXY_HOPS: '1',
  });
}, 60_000);
afterAll(() => gateway.stop());

const asUser = async (sub: string): Promise<number[]> => {
  const token = await gateway.person('viewer', { sub });
  const answers = await Promise.all(
    Array.from({ length: LIMIT + 10 }, () => gateway.call('GET', '/api/v1/agents', { token })),
  );
  return answers.map(({ status }) => status);
};

describe('limits', () => {
  test('a caller has his requests a minute, and nobody else loses any', async () => {
    // Somebody new each time: while a busy machine takes seconds, the first ones get some back.
    await eventually(async () => {
      const sub = randomUUID();
      const statuses = await asUser(sub);
      expect(statuses.filter((status) => status === 200)).toHaveLength(LIMIT);
      expect(statuses.filter((status) => status === 429)).toHaveLength(10);
      const answer = await gateway.call('GET', '/api/v1/agents', { token: await gateway.person('viewer', { sub }) });
      expect(answer).toMatchObject({ status: 429, body: { type: '/problems/too-many-requests' } });
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    });
    expect((await gateway.call('GET', '/api/v1/agents', { token: agentToken('good') })).status).toBe(200);
    expect((await gateway.call('GET', '/health')).status).toBe(200);
  });

  test('a caller who goes on asking when he was told to wait is told so later each time', async () => {
    const token = await gateway.person('viewer', { sub: 'cleo' });
    const ask = async (): Promise<{ status: number; ms: number }> => {
      const startedAt = performance.now();
      const { status } = await gateway.call('GET', '/api/v1/agents', { token });
      return { status, ms: performance.now() - startedAt };
    };
    const answers = [];
    for (let n = 0; n < LIMIT + 20; n += 1) answers.push(await ask());
    expect(answers.slice(LIMIT).map(({ status }) => status)).toEqual(Array(20).fill(429));
    expect(Math.min(...answers.map(({ ms }) => ms))).toBeLessThan(200);
    const late = await ask();
    expect(late.status).toBe(429);
    expect(late.ms).toBeGreaterThanOrEqual(240);
  }, 30_000);

  test('an address has its failures; tokens known to be good go on from there', async () => {
    const headers = { 'x-forwarded-for': '203.0.113.7' };
    const attempt = (keyId: string) => gateway.call('GET', '/api/v1/agents', { token: agentToken(keyId), headers });
    expect((await attempt('goodb')).status).toBe(200);
    for (let i = 0; i < FAILURES; i++) expect((await attempt(`bad${'bcdefg'[i]}`)).status).toBe(401);
    await eventually(async () => expect((await attempt('badz')).status).toBe(429));
    expect((await attempt('goodc')).status).toBe(429);
    expect((await attempt('goodb')).status).toBe(200);
    const elsewhere = { 'x-forwarded-for': '203.0.113.8' };
    const answer = await gateway.call('GET', '/api/v1/agents', { token: agentToken('goodd'), headers: elsewhere });
    expect(answer.status).toBe(200);
  });

  test('without Redis each gateway counts for itself', async () => {
    gateway.redis.signal('SIGKILL');
    await eventually(async () => {
      const statuses = await asUser(randomUUID());
      expect(statuses.filter((status) => status === 200)).toHaveLength(LIMIT);
      expect(statuses.filter((status) => status === 429)).toHaveLength(10);
    });
    await gateway.redis.start();
    await eventually(async () => expect((await gateway.call('GET', '/readiness')).status).toBe(200));
  });

  test('production registers nobody without a token', async () => {
    const answer = await gateway.call('POST', '/api/v1/agents/register', { body: '{"agent_id":"a:b"}' });
    expect(answer).toMatchObject({ status: 401, body: { type: '/problems/unauthenticated' } });
  });
});
