import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DEFAULT_ORGANIZATION, keys, type Organization, type Principal } from '@agion/wire';
import { AgentCalls } from './agent-calls.js';
import { type Answer, operator, RegistryUnderTest } from './registry-under-test.js';

let registry: RegistryUnderTest;
let calls: AgentCalls;
let acme: Organization;
beforeAll(async () => {
  registry = await RegistryUnderTest.start();
  calls = new AgentCalls(registry);
  acme = await registry.organization('acme');
});
afterAll(() => registry.close());

const governance = (organization = DEFAULT_ORGANIZATION): Principal => ({
  kind: 'service',
  subject: 'governance',
  organization,
  role: null,
  groups: [],
});
const look = (body: object, as = governance()): Promise<Answer> =>
  registry.call('POST', '/internal/policy-adoption', { as, from: 'governance', body });
const secondsAgo = (seconds: number): string => new Date(Date.now() - seconds * 1_000).toISOString();

describe('which policies the fleet works by', () => {
  it('counts agents by their slowest instance, names those behind, and leaves out who keeps no policies', async () => {
    for (const id of ['fleet:a', 'fleet:b', 'fleet:c']) await calls.register(id, operator(), { instance_id: 'one' });
    await calls.register('fleet:a', operator(), { instance_id: 'two' });
    await calls.beat('fleet:a', { instance_id: 'one', applied_policy_revision: 7 });
    await calls.beat('fleet:a', { instance_id: 'two', applied_policy_revision: 5 });
    await calls.beat('fleet:b', { instance_id: 'one', applied_policy_revision: 7 });
    const { status, body } = await look({ revision: 7, commits: [] });
    expect(status).toBe(200);
    expect(body.agents).toEqual({ current: 1, stale: 1, silent: 1, unheard: 0 });
    expect(body.stale).toMatchObject([{ agentId: 'fleet:a', instanceId: 'two', revision: 5 }]);
    expect((await look({ revision: 9, commits: [] })).body.agents).toEqual({
      current: 0,
      stale: 2,
      silent: 1,
      unheard: 0,
    });
    expect((await look({ revision: 7, commits: [] }, governance(acme))).body).toMatchObject({
      agents: { current: 0, stale: 0, silent: 0, unheard: 0 },
      stale: [],
    });
    await calls.age('fleet:a', 31); // it may go on deciding, by who knows what
    const later = async (): Promise<unknown> => (await look({ revision: 7, commits: [] })).body.agents;
    expect(await later()).toEqual({ current: 1, stale: 0, silent: 1, unheard: 1 });
    for (const instance of ['one', 'two']) await calls.end('fleet:a', `?instance_id=${instance}`);
    expect(await later()).toEqual({ current: 1, stale: 0, silent: 1, unheard: 0 });
    await calls.age('fleet:b', 86_500);
    expect(await later()).toEqual({ current: 0, stale: 0, silent: 1, unheard: 0 });
  });

  it('takes nobody for current who tells a revision that never was, or one of whose instances tells none', async () => {
    const before = (await look({ revision: 7, commits: [] })).body.agents;
    await calls.register('odd:ahead');
    await calls.beat('odd:ahead', { applied_policy_revision: 8 }); // of a database from before it was restored, say
    for (const instance of ['tells', 'tells-not'])
      await calls.register('odd:half', operator(), { instance_id: instance });
    await calls.beat('odd:half', { instance_id: 'tells', applied_policy_revision: 7 });
    const { agents, stale } = (await look({ revision: 7, commits: [] })).body;
    expect(agents).toEqual({ ...before, stale: before.stale + 1, silent: before.silent + 1 });
    expect(stale).toContainEqual(expect.objectContaining({ agentId: 'odd:ahead', revision: 8 }));
    await calls.end('odd:ahead');
  });

  it('measures a change by the clock of the database and the age an instance tells, once for each', async () => {
    await calls.register('timed:one');
    await calls.beat('timed:one', { applied_policy_revision: 20 }); // began with it: no change
    const [committed, told] = [secondsAgo(4), Date.now()];
    await calls.beat('timed:one', { applied_policy_revision: 21, applied_policy_age_ms: 1_000 });
    const tellingMs = Date.now() - told;
    await calls.beat('timed:one', { applied_policy_revision: 21, applied_policy_age_ms: 11_000 });
    const commits = [20, 21].map((revision) => ({ revision, at: committed }));
    const { propagation } = (await look({ revision: 21, commits })).body;
    expect(propagation.count).toBe(1);
    expect(propagation.p50).toBeGreaterThan(2_500);
    expect(propagation.p50).toBeLessThan(3_500 + tellingMs);
    expect(propagation.p99).toBe(propagation.p50);
  });

  it('forgets what an instance worked by before it began anew', async () => {
    await calls.register('anew:one');
    await calls.beat('anew:one', { applied_policy_revision: 3 });
    await calls.register('anew:one'); // registered again while it lives
    expect((await registry.call('GET', '/v1/agents/anew:one')).body.policies.instances).toMatchObject([
      { revision: 3 },
    ]);
    await calls.end('anew:one');
    await calls.register('anew:one');
    expect((await registry.call('GET', '/v1/agents/anew:one')).body.policies.instances).toMatchObject([
      { revision: null, applied_at: null },
    ]);
  });

  it('is asked by governance alone, with a question that makes sense', async () => {
    const body = { revision: 1, commits: [] };
    expect((await registry.call('POST', '/internal/policy-adoption', { as: operator(), body })).status).toBe(403);
    expect((await look({ revision: -1, commits: [] })).status).toBe(422);
    expect((await look({ revision: 1, commits: [{ revision: 0, at: 'yesterday' }] })).status).toBe(422);
  });
});

describe('an agent, looked at closely', () => {
  it('shows whether it works by what governance last said', async () => {
    await calls.register('seen:one');
    await calls.beat('seen:one', { applied_policy_revision: 4 });
    const seen = async (): Promise<unknown> => (await registry.call('GET', '/v1/agents/seen:one')).body.policies;
    expect(await seen()).toMatchObject({ revision: null, stale: false, instances: [{ revision: 4 }] });
    await registry.redis.set(keys.agentPolicies('default', 'seen:one'), '{"revision":5,"epoch":0,"stopped":false}');
    expect(await seen()).toMatchObject({ revision: 5, stale: true });
    await calls.beat('seen:one', { applied_policy_revision: 5, applied_policy_age_ms: 10 });
    expect(await seen()).toMatchObject({ revision: 5, stale: false, instances: [{ applied_at: expect.any(String) }] });
  });
});
