import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@agion/testing';
import { CHANNELS, DEFAULT_ORGANIZATION, keys, parseToken } from '@agion/wire';
import { agent, anonymous, container, operator, RegistryUnderTest, viewer } from './registry-under-test.js';

let registry: RegistryUnderTest;
beforeAll(async () => {
  registry = await RegistryUnderTest.start();
});
afterAll(() => registry.close());

const register = (agentId: string, as = operator(), more: object = {}) =>
  registry.call('POST', '/v1/agents/register', { as, body: { agent_id: agentId, name: agentId, ...more } });
const beat = (agentId: string, body: object = {}, as = agent(agentId)) =>
  registry.call('POST', `/v1/agents/${agentId}/heartbeat`, { as, body });
const statusOf = async (agentId: string): Promise<string> =>
  (await registry.call('GET', `/v1/agents/${agentId}`)).body.status as string;
/** Lets the clock run, as far as the leases of an agent are concerned. */
const age = (agentId: string, seconds: number) =>
  registry.rows(
    'UPDATE registry.agent_instances SET lease_expires_at = lease_expires_at - make_interval(secs => $2) WHERE agent_id = $1',
    [agentId, seconds],
  );

describe('registration', () => {
  it('answers 201 first and 200 afterwards, with all that an agent needs to begin', async () => {
    const first = await register('reg:one', operator(), {
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
      lease_seconds: 30,
      policy_revision: null,
      organization: 'default',
      redis_prefix: '',
      trust: null,
    });
    expect(parseToken(first.body.token as string)?.kind).toBe('agent');

    const again = await register('reg:one');
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
    expect((await register('reg:word')).body).toMatchObject({ policy_revision: 187, trust: 0.75 });
    expect((await beat('reg:word')).body).toEqual({
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
      Array.from({ length: 8 }, (_, i) => register('reg:race', operator(), { instance_id: `i${i}` })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 200, 200, 200, 201]);
    expect(answers.filter(({ body }) => body.token !== undefined)).toHaveLength(1);
    expect((await registry.call('GET', '/v1/agents/reg:race')).body.live_instances).toBe(8);
  });

  it('completes a name with the container whose token is shown, and gives out no token for one', async () => {
    const answer = await register('short', container('reg'));
    expect(answer.status).toBe(201);
    expect(answer.body.agent).toMatchObject({ agent_id: 'reg:short', container_id: 'reg' });
    expect(answer.body).not.toHaveProperty('token');
    expect((await register('reg:short', agent('reg:short'))).body).not.toHaveProperty('token');
  });

  it('is refused to those who do not speak for the agent', async () => {
    for (const stranger of [viewer(), container('other'), agent('reg:two')]) {
      expect((await register('reg:mine', stranger)).status).toBe(403);
    }
    expect((await registry.call('GET', '/v1/agents/reg:mine')).status).toBe(404);
  });

  it('gives an anonymous caller a fresh token for twelve hours, each time, and keeps the older ones', async () => {
    const first = await register('reg:dev', anonymous);
    const second = await register('reg:dev', anonymous);
    expect([first.status, second.status]).toEqual([201, 200]);
    expect(second.body.token).not.toBe(first.body.token);
    for (const { body } of [first, second]) {
      const verified = await registry.call('POST', '/internal/credentials/verify', {
        body: { token: body.token as string },
      });
      expect(verified.body.principal).toMatchObject({ kind: 'agent', agentId: 'reg:dev' });
      const hours = (Date.parse(verified.body.expires_at as string) - Date.now()) / 3_600_000;
      expect(hours).toBeGreaterThan(11.9);
      expect(hours).toBeLessThanOrEqual(12);
    }
  });
});

describe('the lease', () => {
  it('runs from active over stale to offline, and a beat brings it back', async () => {
    await register('lease:one');
    expect(await statusOf('lease:one')).toBe('active');
    await age('lease:one', 29);
    expect(await statusOf('lease:one')).toBe('active');
    await age('lease:one', 2);
    expect(await statusOf('lease:one')).toBe('stale');
    await age('lease:one', 30);
    expect(await statusOf('lease:one')).toBe('offline');
    expect((await beat('lease:one')).status).toBe(200);
    expect(await statusOf('lease:one')).toBe('active');
  });

  it('keeps a key in Redis that ends with it', async () => {
    await register('lease:key');
    await registry.redis.del(keys.heartbeat('default', 'lease:key'));
    await beat('lease:key');
    const ttl = await registry.redis.ttl(keys.heartbeat('default', 'lease:key'));
    expect(ttl).toBeGreaterThan(25);
    expect(ttl).toBeLessThanOrEqual(30);
    await registry.call('DELETE', '/v1/agents/lease:key', { as: agent('lease:key') });
    expect(await registry.redis.exists(keys.heartbeat('default', 'lease:key'))).toBe(0);
  });

  it('keeps what an instance reports', async () => {
    await register('lease:report');
    await beat('lease:report', {
      status: 'busy',
      applied_policy_revision: 7,
      applied_config: { a: 1 },
      metrics: { n: 2 },
    });
    await beat('lease:report', {});
    const [row] = await registry.rows<object>(
      "SELECT status, applied_policy_revision, applied_config, metrics FROM registry.agent_instances WHERE agent_id = 'lease:report'",
    );
    expect(row).toEqual({ status: null, applied_policy_revision: 7, applied_config: { a: 1 }, metrics: { n: 2 } });
  });

  it('is nothing for an agent nobody registered', async () => {
    const answer = await beat('lease:nobody');
    expect(answer.status).toBe(404);
    expect(answer.body).toMatchObject({
      type: '/problems/agent-not-found',
      hint: expect.stringContaining('/agents/register'),
    });
  });
});

describe('the end of an instance', () => {
  const end = (agentId: string, query = '') =>
    registry.call('DELETE', `/v1/agents/${agentId}${query}`, { as: agent(agentId) });

  it('leaves the agent active while another one lives, and revokes nothing', async () => {
    const { token } = (await register('end:two', operator(), { instance_id: 'a' })).body as { token: string };
    await register('end:two', operator(), { instance_id: 'b' });
    expect((await end('end:two', '?instance_id=a')).status).toBe(204);
    expect(await statusOf('end:two')).toBe('active');
    expect((await end('end:two', '?instance_id=b')).status).toBe(204);
    expect(await statusOf('end:two')).toBe('offline');
    expect((await end('end:two', '?instance_id=b')).status).toBe(204);
    expect((await registry.call('POST', '/internal/credentials/verify', { body: { token } })).status).toBe(200);
  });

  it('is 404 for an instance or agent there never was', async () => {
    await register('end:one');
    expect((await end('end:one', '?instance_id=never')).body).toMatchObject({
      status: 404,
      type: '/problems/not-found',
    });
    expect((await end('end:never')).body).toMatchObject({ status: 404, type: '/problems/agent-not-found' });
  });

  it('is not undone by a beat that was still under way, but by a registration', async () => {
    await register('end:late');
    await end('end:late');
    expect((await beat('end:late')).status).toBe(409);
    expect(await statusOf('end:late')).toBe('offline');
    await register('end:late');
    expect((await beat('end:late')).status).toBe(200);
    expect(await statusOf('end:late')).toBe('active');
  });
});

describe('a rolling restart of two replicas', () => {
  it('never leaves active, and no token dies', async () => {
    const issued = await registry.call('POST', '/v1/containers/roll/tokens', { body: {} });
    expect(issued.status).toBe(201);
    const verify = () =>
      registry.call('POST', '/internal/credentials/verify', { body: { token: issued.body.token as string } });
    const as = (await verify()).body.principal;
    expect(as).toMatchObject({ kind: 'container', containerId: 'roll' });

    const replica = (instance: string) => ({
      start: () => register('worker', as, { instance_id: instance }),
      beat: () => beat('roll:worker', { instance_id: instance }, as),
      stop: () => registry.call('DELETE', `/v1/agents/roll:worker?instance_id=${instance}`, { as }),
    });
    const seen = new Set<string>();
    const look = async (): Promise<void> => void seen.add(await statusOf('roll:worker'));
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

describe('retirement', () => {
  it('is for good: tokens die, everybody hears of it, the id does not come back', async () => {
    const heard = await registry.hear(CHANNELS.control);
    const { token } = (await register('ret:one')).body as { token: string };
    expect((await registry.call('POST', '/v1/agents/ret:one/retire', { as: agent('ret:one') })).status).toBe(403);
    expect((await registry.call('POST', '/internal/credentials/verify', { body: { token } })).status).toBe(200);

    const retired = await registry.call('POST', '/v1/agents/ret:one/retire');
    expect(retired.body).toMatchObject({ status: 'retired', retired_at: expect.any(String) });
    expect((await registry.call('POST', '/internal/credentials/verify', { body: { token } })).status).toBe(401);
    const notice = { type: 'credentials.revoked', credential_ids: [parseToken(token)?.keyId] };
    await eventually(() => expect(heard).toEqual([notice]));

    for (const path of ['register', 'ret:one/heartbeat', 'ret:one/token']) {
      const body = path === 'register' ? { agent_id: 'ret:one', name: 'x' } : {};
      const answer = await registry.call('POST', `/v1/agents/${path}`, { body });
      expect(answer.body).toMatchObject({ status: 409, type: '/problems/agent-retired' });
    }
    const again = await registry.call('POST', '/v1/agents/ret:one/retire');
    expect(again.body.retired_at).toBe(retired.body.retired_at);
    expect(await statusOf('ret:one')).toBe('retired');
  });
});

describe('discovery', () => {
  beforeAll(async () => {
    await register('find:a', operator(), {
      framework: 'crewai',
      capabilities: ['plot', 'sum'],
      labels: { team: 'x', tier: '1' },
    });
    await register('find:b', operator(), {
      framework: 'crewai',
      type: 'viz',
      capabilities: ['plot'],
      labels: { team: 'y' },
    });
    await register('find:c', operator(), { framework: 'crewai', labels: { team: 'x' } });
    await age('find:c', 31);
    await registry.redis.set(keys.trustScore('default', 'find:a'), '0.9');
    await registry.redis.set(keys.trustScore('default', 'find:b'), '0.4');
  });
  const find = async (query: string): Promise<string[]> => {
    const { body } = await registry.call('GET', `/v1/agents?framework=crewai&${query}`, { as: viewer() });
    return (body.items as { agent_id: string }[]).map(({ agent_id }) => agent_id);
  };

  it.each([
    ['', ['find:a', 'find:b', 'find:c']],
    ['status=active', ['find:a', 'find:b']],
    ['status=stale', ['find:c']],
    ['capability=sum', ['find:a']],
    ['type=viz', ['find:b']],
    ['label=team', ['find:a', 'find:b', 'find:c']],
    ['label=team%3Dx', ['find:a', 'find:c']],
    ['label=tier', ['find:a']],
    ['label=team%3D', []],
    ['min_trust=0.4', ['find:a', 'find:b']],
    ['min_trust=0.41', ['find:a']],
    ['min_trust=0.4&limit=2', ['find:a', 'find:b']],
    ['status=offline', []],
  ])('by %j finds %j', async (query, expected) => {
    expect(await find(query)).toEqual(expected);
  });

  it('goes from page to page, also when a filter leaves a page empty', async () => {
    const seen: string[] = [];
    let cursor: string | null = '';
    for (let pages = 0; cursor !== null && pages < 10; pages++) {
      const page = await registry.call(
        'GET',
        `/v1/agents?framework=crewai&limit=1&min_trust=0.5${cursor && `&cursor=${cursor}`}`,
      );
      seen.push(...(page.body.items as { agent_id: string }[]).map(({ agent_id }) => agent_id));
      cursor = page.body.next_cursor as string | null;
    }
    expect(cursor).toBeNull();
    expect(seen).toEqual(['find:a']);
  });
});

describe('two organizations', () => {
  it('know nothing of each other, even under the same names', async () => {
    const acme = await registry.organization('acme');
    const ours = await register('same:name', operator());
    const theirs = await register('same:name', operator(acme), { version: '9' });
    expect([ours.status, theirs.status]).toEqual([201, 201]);
    expect(theirs.body).toMatchObject({ organization: 'acme', redis_prefix: 'org:acme:' });
    await registry.call('POST', '/v1/agents/same:name/retire', { as: operator(acme) });
    expect(await statusOf('same:name')).toBe('active');
    expect((await registry.call('GET', '/v1/agents/find:a', { as: operator(acme) })).status).toBe(404);
    expect((await beat('find:a', {}, agent('find:a', acme))).status).toBe(404);
    const list = await registry.call('GET', '/v1/agents', { as: viewer(acme) });
    expect(list.body.items).toHaveLength(1);
    expect(DEFAULT_ORGANIZATION.id).not.toBe(acme.id);
  });
});
