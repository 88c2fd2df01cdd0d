import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually, freePorts } from '@agion/testing';
import { type Answer, type Platform, startPlatform } from '../platform.js';
import { aPolicy } from '../policies.js';
import { RawRedis, RawSubscriber } from '../raw-redis.js';
import { ServiceProcess } from './service-process.js';

/** Governance dies between the commit of a policy and its notice: nobody is told, and nobody stays behind. */
const AGENT = 'langgraph-v2:chart_generator';
const UPDATES = 'agion:policy:updates';
const BEACON = 'agion:policy:beacon';

let platform: Platform;
let redis: RawRedis;
let subscriber: RawSubscriber;
let admin: string;
let agent: string;
const processes: ServiceProcess[] = [];

async function governance(env: Record<string, string>): Promise<ServiceProcess> {
  const started = await ServiceProcess.start('governance', platform, env);
  processes.push(started);
  return started;
}

beforeAll(async () => {
  platform = await startPlatform();
  redis = await RawRedis.open(platform.redis.url);
  subscriber = await RawSubscriber.open(platform.redis.url, UPDATES, BEACON);
  admin = await platform.person('admin');
  const { body } = await platform.call('POST', '/api/v1/agents/register', { body: { agent_id: AGENT, name: AGENT } });
  agent = body.token;
}, 60_000);
afterAll(async () => {
  await Promise.all(processes.map((each) => each.kill()));
  redis?.close();
  subscriber?.close();
  await platform?.stop();
});

const change = (effect: 'allow' | 'deny', method = 'PUT', path = '/charts'): Promise<Answer> =>
  platform.call(method, `/api/v1/policies${path}`, { token: admin, body: aPolicy({ id: 'charts', effect }) });
const sync = (): Promise<Answer> => platform.call('GET', `/api/v1/policies?agent_id=${AGENT}`, { token: agent });
const noted = async (): Promise<{ revision: number }> =>
  JSON.parse(String(await redis.call('GET', `agent:${AGENT}:policies`)));

test('a policy that was committed reaches everybody within seconds, though its notice was never sent', async () => {
  const [port] = await freePorts(1);
  await governance({ GOVERNANCE_PORT: String(port) }); // another replica
  expect(await change('allow', 'POST', '')).toMatchObject({ status: 201 });
  expect((await sync()).body).toMatchObject({ revision: 1 });
  await eventually(() => expect(subscriber.on(UPDATES)).toHaveLength(1));
  await platform.end('governance');

  const dying = await governance({ AGION_CRASH_AT: 'after_policy_commit' });
  expect((await change('deny')).status).toBeGreaterThanOrEqual(500);
  expect(await dying.end()).toBe('SIGKILL');
  const died = Date.now();

  await eventually(() => expect(subscriber.on(BEACON).at(-1)).toEqual({ revision: 2, epoch: 0 }), { timeoutMs: 3_000 });
  const told = subscriber.messages.find(({ channel, text }) => channel === BEACON && text.includes('"revision":2'));
  expect((told?.at ?? Infinity) - died).toBeLessThan(2_000);
  await eventually(async () => expect(await noted()).toMatchObject({ revision: 2, policies: ['charts'] }));
  expect(subscriber.on(UPDATES)).toHaveLength(1);

  await platform.begin('governance');
  expect((await sync()).body).toMatchObject({ revision: 2, policies: [{ version: 2, spec: { effect: 'deny' } }] });
  await eventually(async () => {
    const { body } = await platform.call('GET', '/api/v1/audit?type=policy.changed', { token: admin });
    expect(body.items).toMatchObject([{ subject: { id: 'charts' }, details: { revision: 2 } }]);
  });
}, 60_000);
