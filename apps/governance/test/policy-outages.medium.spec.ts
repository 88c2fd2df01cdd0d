import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createRedis, TopicHub } from '@agion/messaging';
import { eventually } from '@agion/testing';
import { keys } from '@agion/wire';
import { agent, policy } from './policy-calls.js';
import { type Answer, type Call, call, type RunningGovernance, startGovernance } from './running-governance.js';

/** What policies do while Redis stands still. */
let running: RunningGovernance;
let hub: TopicHub;
const beacons: number[] = [];

beforeAll(async () => {
  running = await startGovernance();
  hub = new TopicHub({ redisUrl: running.redisUrl, name: 'test:subscriber' });
  hub.subscribe('agion:policy:beacon', { message: (text) => beacons.push(JSON.parse(text).revision) });
  await eventually(() => expect(beacons.length).toBeGreaterThan(0));
}, 60_000);
afterAll(async () => {
  hub?.close();
  await running?.stop();
});

const to = (method: string, path: string, options: Call = {}): Promise<Answer> =>
  call(running.url(), method, `/v1/policies${path}`, options);
const sync = (): Promise<Answer> => to('GET', '?agent_id=demo:echo', { as: agent('demo:echo') });

it('change and are served without Redis; who was not told learns of it afterwards', async () => {
  await to('POST', '', { body: policy('steady') });
  expect((await sync()).body).toMatchObject({ revision: 1 });
  const pausing = createRedis({ url: running.redisUrl, role: 'command', name: 'test:pause' });
  await eventually(() => expect(pausing.status).toBe('ready'));
  await pausing.call('CLIENT', 'PAUSE', '4000', 'ALL');
  const begun = Date.now();
  expect(await to('PUT', '/steady', { body: policy('steady', { effect: 'deny' }) })).toMatchObject({
    status: 200,
    body: { version: 2 },
  });
  const { status, body } = await sync();
  expect([status, body.revision, body.policies[0].spec.effect]).toEqual([200, 2, 'deny']);
  expect(Date.now() - begun).toBeLessThan(2_500); // Redis is given up after half a second
  pausing.disconnect();
  await eventually(() => expect(beacons.at(-1)).toBe(2), { timeoutMs: 8_000 });
  await eventually(
    async () => expect(await running.commands.get(keys.agentPolicies('default', 'demo:echo'))).toMatch(/"revision":2/),
    { timeoutMs: 8_000 },
  );
}, 40_000);
