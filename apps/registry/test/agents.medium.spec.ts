import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@agion/testing';
import { CHANNELS, keys, parseToken } from '@agion/wire';
import { AgentCalls } from './agent-calls.js';
import { agent, anonymous, container, operator, RegistryUnderTest, viewer } from './registry-under-test.js';

let registry: RegistryUnderTest;
let calls: AgentCalls;
beforeAll(async () => {
  registry = await RegistryUnderTest.start();
  calls = new AgentCalls(registry);
});
afterAll(() => registry.close());

describe('registration', () => {
  it('answers 201 first and 200 afterwards, with all that an agent needs to begin', async () => {
    const first = await calls.register('reg:one', operator(), {
      type: 'classification',
      version: '2.1.0',
      framework: 'langgraph',
      capabilities: ['classify'],
      endpoint: 'http://reg:8000',
      fingerprint: { code: 'git:1' },
      labels: { team: 'support' },
      metadata: { nested: { deep: [1] } },
    });
    expect(first.status).toBe(201);
    expect(first.body).toEqual({
      agent: {
        agent_id: 'reg:one',
        name: 'reg:one',
        type: 'classification',
        version: '2.1.0',
        framework: 'langgraph',
        capabilities: ['classify'],
        container_id: 'reg',
        endpoint: 'http://reg:8000',
        fingerprint: { code: 'git:1' },
        delegated_by: null,
        labels: { team: 'support' },
        metadata: { nested: { deep: [1] } },
        status: 'active',
        live_instances: 1,
        last_seen_at: expect.any(String),
        created_at: expect.any(String),
        updated_at: expect.any(String),
        retired_at: null,
      },
      token: expect.any(String),
      stream_key: expect.stringMatching(/^agion_stk_/),
      lease_seconds: 30,
      policy_revision: null,
      organization: 'default',
      redis_prefix: '',
      trust: null,
    });
    expect(parseToken(first.body.token as string)?.kind).toBe('agent');

    const again = await calls.register('reg:one');
    expect(again.status).toBe(200);
    expect(again.body).not.toHaveProperty('token');
    expect(again.body.agent).toMatchObject({ created_at: first.body.agent.created_at, live_instances: 1 });
  });

  it('reads what governance has written', async () => {
    await registry.redis.set(keys.trustScore('default', 'reg:word'), '0.75');
    await registry.redis.set(
      keys.agentPolicies('default', 'reg:word'),
      '{"revision":187,"epoch":3,"stopped":true,"policies":[]}',
    );
    expect((await calls.register('reg:word')).body).toMatchObject({ policy_revision: 187, trust: 0.75 });
    expect((await calls.beat('reg:word')).body).toEqual({
      lease_seconds: 30,
      policy_revision: 187,
      epoch: 3,
      stopped: true,
      trust_score: 0.75,
      commands: [],
    });
  });

  it('makes one agent of many at once, and one token', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, i) => calls.register('reg:race', operator(), { instance_id: `i${i}` })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 200, 200, 200, 201]);
    expect(answers.filter(({ body }) => body.token !== undefined)).toHaveLength(1);
    expect((await registry.call('GET', '/v1/agents/reg:race')).body.live_instances).toBe(8);
  });

  it('completes a name with the container whose token is shown, and gives out no token for one', async () => {
    const answer = await calls.register('short', container('reg'));
    expect(answer.status).toBe(201);
    expect(answer.body.agent).toMatchObject({ agent_id: 'reg:short', container_id: 'reg' });
    expect(answer.body).not.toHaveProperty('token');
    expect((await calls.register('reg:short', agent('reg:short'))).body).not.toHaveProperty('token');
  });

  it('is refused to those who do not speak for the agent', async () => {
    for (const stranger of [viewer(), container('other'), agent('reg:two')]) {
      expect((await calls.register('reg:mine', stranger)).status).toBe(403);
    }
    expect((await registry.call('GET', '/v1/agents/reg:mine')).status).toBe(404);
  });

  it('is refused in a container whose reply stream would be one of dead letters', async () => {
    for (const [id, more, pointer] of [
      ['dead:one', {}, '/agent_id'],
      ['loner', { container_id: 'dead' }, '/container_id'],
    ] as const)
      expect(await calls.register(id, operator(), more)).toMatchObject({
        status: 422,
        body: { errors: [{ pointer }] },
      });
    expect((await registry.call('POST', '/v1/containers/dead/tokens', { body: {} })).status).toBe(422);
    expect((await calls.register('dead')).status).toBe(201);
  });

  it('claims no container for an agent outside of any, unless an operator says so', async () => {
    await calls.register('claimed:one', operator(), { framework: 'langgraph' });
    const claim = { container_id: 'claimed', framework: 'stolen' };
    for (const id of ['loner', 'claimed-2:one']) {
      await calls.register(id);
      expect([403, 422]).toContain((await calls.register(id, agent(id), claim)).status);
    }
    const [kept] = await registry.rows<{ framework: string }>(
      "SELECT framework FROM registry.agent_containers WHERE container_id = 'claimed'",
    );
    expect(kept?.framework).toBe('langgraph');
    expect((await calls.register('loner', agent('loner'))).body.agent.container_id).toBeNull();
    const own = await calls.register('claimed:one', agent('claimed:one'), { container_id: 'claimed' });
    expect(own.body.agent.container_id).toBe('claimed');
    const placed = await calls.register('loner', operator(), { container_id: 'claimed' });
    expect(placed.body.agent.container_id).toBe('claimed');
  });

  it('gives an anonymous caller a fresh token for twelve hours, each time, and keeps the older ones', async () => {
    const first = await calls.register('reg:dev', anonymous);
    const second = await calls.register('reg:dev', anonymous);
    expect([first.status, second.status]).toEqual([201, 200]);
    expect(second.body.token).not.toBe(first.body.token);
    for (const { body } of [first, second]) {
      const verified = await calls.verify(body.token as string);
      expect(verified.body.principal).toMatchObject({ kind: 'agent', agentId: 'reg:dev' });
      const hours = (Date.parse(verified.body.expires_at as string) - Date.now()) / 3_600_000;
      expect(hours).toBeGreaterThan(11.9);
      expect(hours).toBeLessThanOrEqual(12);
    }
  });
});

describe('a rolling restart of two replicas', () => {
  it('never leaves active, and no token dies', async () => {
    const issued = await registry.call('POST', '/v1/containers/roll/tokens', { body: {} });
    expect(issued.status).toBe(201);
    const verify = () => calls.verify(issued.body.token as string);
    const as = (await verify()).body.principal;
    expect(as).toMatchObject({ kind: 'container', containerId: 'roll' });

    const replica = (instance: string) => ({
      start: () => calls.register('worker', as, { instance_id: instance }),
      beat: () => calls.beat('roll:worker', { instance_id: instance }, as),
      stop: () => calls.end('roll:worker', `?instance_id=${instance}`, as),
    });
    const seen = new Set<string>();
    const look = async (): Promise<void> => void seen.add(await calls.statusOf('roll:worker'));
    let running = [replica('old-1'), replica('old-2')];
    for (const each of running) await each.start();
    for (const [index, name] of ['new-1', 'new-2'].entries()) {
      const next = replica(name);
      await next.start();
      await look();
      const old = running[index];
      expect((await old?.stop())?.status).toBe(204);
      await look();
      running = running.with(index, next);
      for (const each of running) expect((await each.beat()).status).toBe(200);
      await look();
      expect((await verify()).status).toBe(200);
    }
    expect([...seen]).toEqual(['active']);
  });
});

describe('whoever decides about agents', () => {
  it('hears of one that is new, is another build or acts on behalf of another, and of no other registration', async () => {
    await calls.register('told:above');
    const heard = await registry.hear(CHANNELS.control);
    const told = async (count: number): Promise<void> => {
      const last = `told:after-${heard.length}`;
      await calls.register(last); // notices come in order
      await eventually(() => expect(heard.at(-1)).toMatchObject({ agent_ids: [last] }));
      const ids = heard.flatMap((notice) => (notice as { agent_ids?: string[] }).agent_ids ?? []);
      expect(ids.filter((id) => id === 'told:one')).toHaveLength(count);
    };
    const build = (model: string): object => ({ fingerprint: { model, code: 'git:1' } });
    await calls.register('told:one', operator(), build('a'));
    await told(1);
    await calls.register('told:one', operator(), { ...build('a'), name: 'another', labels: { team: 'x' } });
    await told(1);
    await calls.register('told:one', operator(), build('b'));
    await told(2);
    await calls.register('told:one', operator(), { ...build('b'), delegated_by: 'told:above' });
    await told(3);
    await calls.register('told:one', operator(), { ...build('b'), delegated_by: 'told:above' });
    await told(3);
    await calls.register('told:one');
    await told(4);
  });
});

describe('retirement', () => {
  it('is for good: tokens die, everybody hears of it, the id does not come back', async () => {
    const { token } = (await calls.register('ret:one')).body as { token: string };
    const heard = await registry.hear(CHANNELS.control);
    expect((await registry.call('POST', '/v1/agents/ret:one/retire', { as: agent('ret:one') })).status).toBe(403);
    expect((await calls.verify(token)).status).toBe(200);

    const retired = await registry.call('POST', '/v1/agents/ret:one/retire');
    expect(retired.body).toMatchObject({ status: 'retired', retired_at: expect.any(String) });
    expect((await calls.verify(token)).status).toBe(401);
    const notices = [
      { type: 'credentials.revoked', credential_ids: [parseToken(token)?.keyId] },
      { type: 'agents.changed', agent_ids: ['ret:one'] },
    ];
    await eventually(() => expect(heard).toEqual(notices));

    for (const path of ['register', 'ret:one/heartbeat', 'ret:one/token']) {
      const body = path === 'register' ? { agent_id: 'ret:one', name: 'x' } : {};
      const answer = await registry.call('POST', `/v1/agents/${path}`, { body });
      expect(answer.body).toMatchObject({ status: 409, type: '/problems/agent-retired' });
    }
    const again = await registry.call('POST', '/v1/agents/ret:one/retire');
    expect(again.body.retired_at).toBe(retired.body.retired_at);
    expect(await calls.statusOf('ret:one')).toBe('retired');
  });
});
