import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { eventually } from '@agion/testing';
import { GatewayClient } from '../src/http/gateway.client.js';
import { TokenSource } from '../src/http/token-source.js';
import { RegistryClient } from '../src/registry/registry.client.js';
import { Registration } from '../src/registry/registration.js';
import type { SdkEvent } from '../src/sdk-events.js';
import { ManualClock } from './manual-clock.js';
import { type Received, type ScriptedGateway, type Scripted, startScriptedGateway } from './scripted-gateway.js';

let gateway: ScriptedGateway;
let clock: ManualClock;
let registration: Registration;
let told: SdkEvent[];
let heard: (number | null)[];
let retirements: number;
let refusals: number;

beforeAll(async () => {
  gateway = await startScriptedGateway();
});
afterAll(() => gateway.stop());
beforeEach(() => {
  gateway.received.length = 0;
  gateway.answer(usually);
  clock = new ManualClock();
  told = [];
  heard = [];
  retirements = 0;
  refusals = 0;
  registration = registrationWith({});
});
afterEach(() => registration.close());

const ANSWER = {
  agent: {},
  token: 'agion_agt_1',
  lease_seconds: 30,
  policy_revision: 7,
  organization: 'acme',
  trust: 0.5,
};
const BEAT = { lease_seconds: 60, policy_revision: 8, epoch: 0, stopped: false, trust_score: 0.75, commands: [] };

function usually({ path, method }: Received): Scripted {
  if (path.endsWith('/register')) return { status: 201, body: ANSWER };
  return method === 'DELETE' ? { status: 204 } : { body: BEAT };
}

function registrationWith(token: { token?: string; tokenFile?: string }): Registration {
  const source = new TokenSource(token);
  const client = new RegistryClient(new GatewayClient({ url: gateway.url, token: source.current, random: () => 0 }), {
    agentId: 'demo:echo',
    instanceId: 'host-1',
  });
  return new Registration({
    client,
    description: { name: 'Echo', capabilities: ['echo'] },
    token: source,
    report: () => ({ appliedPolicyRevision: 7, appliedConfig: { 'prompt:greeting': 2 } }),
    emit: (event) => told.push(event),
    onRegistered: ({ trust }) => heard.push(trust),
    onBeat: ({ trust }) => heard.push(trust),
    onRetired: () => (retirements += 1),
    onRefused: () => (refusals += 1),
    clock,
    random: () => 0.5,
  });
}

const paths = (): string[] => gateway.received.map(({ method, path }) => `${method} ${path}`);
const REGISTER = 'POST /api/v1/agents/register';
const HEARTBEAT = 'POST /api/v1/agents/demo%3Aecho/heartbeat';

async function beat(): Promise<void> {
  const before = gateway.received.length;
  clock.pass(clock.next);
  await eventually(() => expect(gateway.received.length).toBeGreaterThan(before));
  await eventually(() => expect(clock.next).not.toBe(Infinity));
}

describe('a registration', () => {
  test('says who it is, takes the token of the answer and beats three times for each lease', async () => {
    expect(await registration.start()).toMatchObject({ organization: 'acme', policyRevision: 7, trust: 0.5 });
    expect(gateway.received[0]).toMatchObject({
      body: { agent_id: 'demo:echo', instance_id: 'host-1', name: 'Echo', capabilities: ['echo'] },
    });
    expect(gateway.received[0]?.headers.authorization).toBeUndefined();
    expect(clock.next).toBe(10_000);
    await beat();
    expect(gateway.received[1]).toMatchObject({
      path: '/api/v1/agents/demo%3Aecho/heartbeat',
      headers: { authorization: 'Bearer agion_agt_1' },
      body: { instance_id: 'host-1', applied_policy_revision: 7, applied_config: { 'prompt:greeting': 2 } },
    });
    expect(heard).toEqual([0.5, 0.75]);
    expect(clock.next).toBe(20_000);
  });

  test('has something to tell: the next beat comes within two seconds, and no beat more', async () => {
    await registration.start();
    registration.beatSoon();
    registration.beatSoon();
    expect(clock.next).toBe(1_000);
    await beat();
    expect(gateway.received).toHaveLength(2);
    expect(clock.next).toBe(20_000); // as after any other beat
    registration.beatSoon();
    expect(clock.next).toBe(1_000); // never two within a second
    await beat();
    expect(gateway.received).toHaveLength(3);
  });

  test('shows the token it was given, and keeps it', async () => {
    registration = registrationWith({ token: 'agion_ctr_own' });
    await registration.start();
    await beat();
    expect(gateway.received.map(({ headers }) => headers.authorization)).toEqual(
      Array.from({ length: 2 }, () => 'Bearer agion_ctr_own'),
    );
  });

  test.each([
    ['an agent', 404, 'agent-not-found'],
    ['an instance', 404, 'not-found'],
    ['an ended instance', 409, 'conflict'],
  ])('is made again when the platform knows it as no more than %s', async (_, status, name) => {
    await registration.start();
    gateway.answer((request) =>
      request.path.endsWith('/heartbeat') && gateway.received.length === 2
        ? { status, body: { type: `/problems/${name}`, title: name, status } }
        : usually(request),
    );
    await beat();
    await beat();
    await beat();
    expect(paths()).toEqual([REGISTER, HEARTBEAT, REGISTER, HEARTBEAT]);
    expect(told).toEqual([]);
  });

  test('is made again without the token that has run out', async () => {
    await registration.start();
    gateway.answer((request) =>
      request.path.endsWith('/heartbeat') && request.headers.authorization === 'Bearer agion_agt_1'
        ? { status: 401, body: { type: '/problems/unauthenticated', title: 'x', status: 401 } }
        : usually(request),
    );
    await beat();
    await beat();
    expect(paths()).toEqual([REGISTER, HEARTBEAT, REGISTER]);
    expect(gateway.received[2]?.headers.authorization).toBeUndefined();
  });

  test('shows the token of a file anew when that has been replaced, and bears that the file is away meanwhile', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'agion-token-'));
    const tokenFile = path.join(folder, 'token');
    await writeFile(tokenFile, 'agion_ctr_one\n');
    registration = registrationWith({ tokenFile });
    await registration.start();
    gateway.answer((request) =>
      request.headers.authorization === 'Bearer agion_ctr_one'
        ? { status: 401, body: { type: '/problems/unauthenticated', title: 'x', status: 401 } }
        : usually(request),
    );
    await rm(tokenFile);
    await beat();
    await writeFile(tokenFile, 'agion_ctr_two\n');
    await beat();
    await beat();
    expect(gateway.received.at(-1)).toMatchObject({ headers: { authorization: 'Bearer agion_ctr_two' } });
    await rm(folder, { recursive: true });
  });

  test('says that the platform refuses the only credentials there are, each time, and goes on trying', async () => {
    registration = registrationWith({ token: 'agion_agt_given' });
    await registration.start();
    gateway.answer(() => ({ status: 401, body: { type: '/problems/unauthenticated', title: 'x', status: 401 } }));
    await beat();
    await beat();
    expect(refusals).toBe(2);
    gateway.answer(usually);
    await beat();
    expect(refusals).toBe(2);
    expect(heard.length).toBeGreaterThan(1);
  });

  test('goes on trying while the platform is away, and says so', async () => {
    await registration.start();
    gateway.answer(() => ({ status: 503 }));
    await beat();
    expect(clock.next).toBeLessThan(10_000);
    gateway.answer(usually);
    await beat();
    expect(paths()).toEqual([REGISTER, HEARTBEAT, HEARTBEAT]);
    expect(told).toMatchObject([{ type: 'error', error: { name: 'ServerError' } }]);
    expect(clock.next).toBe(20_000);
  });

  test('of a retired agent comes to its end', async () => {
    await registration.start();
    gateway.answer(() => ({ status: 409, body: { type: '/problems/agent-retired', title: 'x', status: 409 } }));
    clock.pass(clock.next);
    await eventually(() => expect(told).toMatchObject([{ type: 'error', error: { name: 'ConflictError' } }]));
    expect(clock.next).toBe(Infinity);
    expect(retirements).toBe(1);
    await registration.close();
    expect(paths()).toEqual([REGISTER, HEARTBEAT]);
  });

  test('is made in the background by an agent that starts before the platform', async () => {
    registration.startLater();
    expect(registration.organization).toBeUndefined();
    await beat();
    expect(paths()).toEqual([REGISTER]);
    expect(registration.organization).toBe('acme');
  });

  test('ends with this instance alone, once, and no beat follows', async () => {
    await registration.start();
    await Promise.all([registration.close(), registration.close()]);
    expect(paths()).toEqual([REGISTER, 'DELETE /api/v1/agents/demo%3Aecho?instance_id=host-1']);
    expect(clock.next).toBe(Infinity);
  });

  test('ends quietly when nobody answers', async () => {
    await registration.start();
    gateway.answer(() => ({ status: 503 }));
    await expect(registration.close()).resolves.toBeUndefined();
  });
});
