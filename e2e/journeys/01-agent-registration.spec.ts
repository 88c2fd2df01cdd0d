import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { asOwner, eventually } from '@agion/testing';
import { type Platform, startPlatform } from '../platform.js';

/** Journey 01: docs/journeys/01-agent-registration.md */
let platform: Platform;
let operator: string;

beforeAll(async () => {
  platform = await startPlatform();
  operator = await platform.person('operator');
}, 60_000);
afterAll(() => platform.stop());

const statusOf = async (agentId: string): Promise<string> =>
  (await platform.call('GET', `/api/v1/agents/${agentId}`, { token: operator })).body.status;

describe('an agent in development, with nothing but HTTP', () => {
  const agent = {
    agent_id: 'langgraph-v2:chart_generator',
    name: 'Chart Generator',
    type: 'visualization',
    capabilities: ['plotly_charts'],
  };

  test('registers without a token, is told its token once more each time, and stays the same agent', async () => {
    const first = await platform.call('POST', '/api/v1/agents/register', { body: agent });
    expect(first.status).toBe(201);
    expect(first.body).toMatchObject({
      agent: { agent_id: agent.agent_id, name: agent.name, status: 'active', capabilities: agent.capabilities },
      token: expect.stringMatching(/^agion_agt_[a-z2-7]{16}_/),
      lease_seconds: expect.any(Number),
      organization: expect.anything(),
      redis_prefix: '',
    });
    const second = await platform.call('POST', '/api/v1/agents/register', { body: { ...agent, version: '2.0.1' } });
    expect(second.status).toBe(200);
    expect(second.body.agent.version).toBe('2.0.1');
    expect(second.body.token).not.toBe(first.body.token);
    for (const token of [first.body.token, second.body.token]) {
      const beat = await platform.call('POST', `/api/v1/agents/${agent.agent_id}/heartbeat`, { token, body: {} });
      expect(beat.status).toBe(200);
      expect(beat.body).toMatchObject({ lease_seconds: first.body.lease_seconds, stopped: false, commands: [] });
    }
    const { body } = await platform.call('GET', '/api/v1/agents?capability=plotly_charts', { token: operator });
    expect(body.items.filter(({ agent_id }: { agent_id: string }) => agent_id === agent.agent_id)).toHaveLength(1);
  });

  test('ends its instance: it is offline, and its token still lives', async () => {
    const { body } = await platform.call('POST', '/api/v1/agents/register', { body: agent });
    expect((await platform.call('DELETE', `/api/v1/agents/${agent.agent_id}`, { token: body.token })).status).toBe(204);
    expect(await statusOf(agent.agent_id)).toBe('offline');
    expect((await platform.call('GET', `/api/v1/agents/${agent.agent_id}`, { token: body.token })).status).toBe(200);
  });

  test('is retired by an operator: its tokens die everywhere within two seconds and it cannot come back', async () => {
    const { body } = await platform.call('POST', '/api/v1/agents/register', { body: agent });
    expect((await platform.call('GET', '/api/v1/agents', { token: body.token })).status).toBe(200);
    expect(
      (await platform.call('POST', `/api/v1/agents/${agent.agent_id}/retire`, { token: operator })).status,
    ).toBeLessThan(300);
    await eventually(
      async () => expect((await platform.call('GET', '/api/v1/agents', { token: body.token })).status).toBe(401),
      { timeoutMs: 2_000 },
    );
    const again = await platform.call('POST', '/api/v1/agents/register', { body: agent });
    expect(again).toMatchObject({ status: 409, body: { type: '/problems/agent-retired' } });
  });

  test('leaves a trail: who did what to which agent', async () => {
    const admin = await platform.person('admin');
    await eventually(async () => {
      const { body } = await platform.call('GET', '/api/v1/audit?type=agent.retired', { token: admin });
      expect(body.items).toEqual([
        expect.objectContaining({
          type: 'agent.retired',
          actor: expect.objectContaining({ id: 'operator@example.test' }),
          subject: expect.objectContaining({ id: agent.agent_id }),
          outcome: 'succeeded',
        }),
      ]);
    });
  });
});

describe('two replicas of one container, restarted one after the other', () => {
  test('the agent never leaves `active` and no token dies', async () => {
    const issued = await platform.call('POST', '/api/v1/containers/crew/tokens', { token: operator, body: {} });
    expect(issued.status).toBe(201);
    const token: string = issued.body.token;
    const register = (instance: string) =>
      platform.call('POST', '/api/v1/agents/register', {
        token,
        body: { agent_id: 'crew:writer', name: 'Writer', container_id: 'crew', instance_id: instance },
      });
    const end = (instance: string) =>
      platform.call('DELETE', `/api/v1/agents/crew:writer?instance_id=${instance}`, { token });
    const steps = [
      () => register('a1'),
      () => register('b1'),
      () => end('a1'),
      () => register('a2'),
      () => end('b1'),
      () => register('b2'),
    ];
    for (const step of steps) {
      const answer = await step();
      expect(answer.status).toBeLessThan(300);
      expect(answer.body.token).toBeUndefined();
      expect(await statusOf('crew:writer')).toBe('active');
    }
    expect(
      (await platform.call('POST', '/api/v1/agents/crew:writer/heartbeat', { token, body: { instance_id: 'b2' } }))
        .status,
    ).toBe(200);
    const credentials = await asOwner(platform.database, (client) =>
      client.query("SELECT revoked_at, expires_at FROM registry.credentials WHERE subject = 'crew'"),
    );
    expect(credentials.rows).toEqual([{ revoked_at: null, expires_at: null }]);
  });

  test('a container speaks only for its own agents', async () => {
    const { body } = await platform.call('POST', '/api/v1/containers/crew/tokens', { token: operator, body: {} });
    const foreign = await platform.call('POST', '/api/v1/agents/register', {
      token: body.token,
      body: { agent_id: 'other:writer', name: 'Writer' },
    });
    expect(foreign).toMatchObject({ status: 403, body: { type: '/problems/forbidden' } });
  });
});

describe('a platform started without a mode', () => {
  test('is in production and refuses registration without a token', async () => {
    const production = await startPlatform({ env: { AGION_MODE: '' } });
    try {
      const answer = await production.call('POST', '/api/v1/agents/register', { body: { agent_id: 'a:b', name: 'B' } });
      expect(answer).toMatchObject({ status: 401, body: { type: '/problems/unauthenticated' } });
      const token = await production.person('operator');
      const registered = await production.call('POST', '/api/v1/agents/register', {
        token,
        body: { agent_id: 'a:b', name: 'B' },
      });
      expect(registered.status).toBe(201);
    } finally {
      await production.stop();
    }
  }, 60_000);
});
