import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '@agion/testing';
import { type Answer, type Platform, startPlatform } from '../platform.js';
import { Fleet, publish } from './fleet.js';

let platform: Platform;
let fleet: Fleet;
let viewer: string;

beforeAll(async () => {
  platform = await startPlatform();
  await publish(platform, 'deny');
  fleet = await Fleet.open(platform, 5);
  viewer = await platform.person('viewer');
}, 60_000);
afterAll(async () => {
  await fleet?.close();
  await platform?.stop();
});

const look = (token = viewer): Promise<Answer> => platform.call('GET', '/api/v1/policies/convergence', { token });

test('a change is proven to have arrived within seconds, and how long it took', async () => {
  await fleet.change('allow');
  await eventually(
    async () =>
      expect((await look()).body).toMatchObject({
        revision: 2,
        agents: { current: 5, stale: 0, silent: 0 },
        stale: [],
        propagation_ms: { count: 5 },
      }),
    { timeoutMs: 8_000 }, // the next ordinary heartbeat would be later
  );
  const { p50, p99 } = (await look()).body.propagation_ms;
  expect(p50).toBeGreaterThanOrEqual(0);
  expect(p99).toBeGreaterThanOrEqual(p50);
  expect(p99).toBeLessThan(8_000);
}, 30_000);

test('who does not follow is named, with how far behind it is; at the agent too', async () => {
  await platform.call('POST', '/api/v1/agents/register', {
    body: { agent_id: 'fleet:slow', name: 'Slow', instance_id: 'host-1' },
    token: await platform.person('operator'),
  });
  const beat = { instance_id: 'host-1', applied_policy_revision: 1 };
  const token = (
    await platform.call('POST', '/api/v1/agents/register', {
      body: { agent_id: 'fleet:slow', name: 'Slow', instance_id: 'host-1' },
    })
  ).body.token;
  await platform.call('POST', '/api/v1/agents/fleet:slow/heartbeat', { token, body: beat });
  await platform.call('GET', '/api/v1/policies?agent_id=fleet:slow', { token }); // from now on it is told of
  const { body } = await look();
  expect(body).toMatchObject({
    agents: { current: 5, stale: 1 },
    stale: [{ agent_id: 'fleet:slow', instance_id: 'host-1', revision: 1, last_seen: expect.any(String) }],
  });
  expect(body.stale[0].behind_ms).toBeGreaterThan(0);
  await eventually(async () => {
    const agent = await platform.call('GET', '/api/v1/agents/fleet:slow', { token: viewer });
    expect(agent.body.policies).toMatchObject({ revision: 2, stale: true, instances: [{ revision: 1 }] });
  });
  expect((await look(token)).status).toBe(403);
}, 30_000);
