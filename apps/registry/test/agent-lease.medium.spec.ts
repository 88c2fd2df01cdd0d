import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { keys } from '@agion/wire';
import { AgentCalls } from './agent-calls.js';
import { operator, RegistryUnderTest } from './registry-under-test.js';

let registry: RegistryUnderTest;
let calls: AgentCalls;
beforeAll(async () => {
  registry = await RegistryUnderTest.start();
  calls = new AgentCalls(registry);
});
afterAll(() => registry.close());

describe('the lease', () => {
  it('runs from active over stale to offline, and a beat brings it back', async () => {
    await calls.register('lease:one');
    expect(await calls.statusOf('lease:one')).toBe('active');
    await calls.age('lease:one', 20);
    expect(await calls.statusOf('lease:one')).toBe('active');
    await calls.age('lease:one', 11);
    expect(await calls.statusOf('lease:one')).toBe('stale');
    await calls.age('lease:one', 30);
    expect(await calls.statusOf('lease:one')).toBe('offline');
    expect((await calls.beat('lease:one')).status).toBe(200);
    expect(await calls.statusOf('lease:one')).toBe('active');
  });

  it('keeps a key in Redis that ends with it', async () => {
    await calls.register('lease:key');
    await registry.redis.del(keys.heartbeat('default', 'lease:key'));
    await calls.beat('lease:key');
    const ttl = await registry.redis.ttl(keys.heartbeat('default', 'lease:key'));
    expect(ttl).toBeGreaterThan(25);
    expect(ttl).toBeLessThanOrEqual(30);
    await calls.end('lease:key');
    expect(await registry.redis.exists(keys.heartbeat('default', 'lease:key'))).toBe(0);
  });

  it('keeps what an instance reports', async () => {
    await calls.register('lease:report');
    await calls.beat('lease:report', {
      status: 'busy',
      applied_policy_revision: 7,
      applied_config: { a: 1 },
      metrics: { n: 2 },
    });
    await calls.beat('lease:report', {});
    const [row] = await registry.rows<object>(
      "SELECT status, applied_policy_revision, applied_config, metrics FROM registry.agent_instances WHERE agent_id = 'lease:report'",
    );
    expect(row).toEqual({ status: null, applied_policy_revision: 7, applied_config: { a: 1 }, metrics: { n: 2 } });
  });

  it('is nothing for an agent nobody registered', async () => {
    const answer = await calls.beat('lease:nobody');
    expect(answer.status).toBe(404);
    expect(answer.body).toMatchObject({
      type: '/problems/agent-not-found',
      hint: expect.stringContaining('/agents/register'),
    });
  });
});

describe('instances', () => {
  const countOf = async (agentId: string): Promise<number> => {
    const sql = 'SELECT count(*)::int AS n FROM registry.agent_instances WHERE agent_id = $1';
    return (await registry.rows<{ n: number }>(sql, [agentId]))[0]?.n ?? 0;
  };
  const add = (agentId: string, count: number, lease: string): Promise<unknown> =>
    registry.rows(
      `INSERT INTO registry.agent_instances (organization_id, agent_id, instance_id, lease_expires_at)
       SELECT organization_id, agent_id, 'added-' || n, now() + $3::interval
       FROM registry.agents, generate_series(1, $2::int) n WHERE agent_id = $1`,
      [agentId, count, lease],
    );

  it('are begun by a registration, never by a beat', async () => {
    await calls.register('many:beats');
    const answer = await calls.beat('many:beats', { instance_id: 'never-registered' });
    expect(answer.body).toMatchObject({
      status: 404,
      type: '/problems/not-found',
      hint: expect.stringContaining('/agents/register'),
    });
    expect(await countOf('many:beats')).toBe(1);
  });

  it('are at most a thousand alive', async () => {
    await calls.register('many:alive', operator(), { instance_id: 'first' });
    await add('many:alive', 999, '1 hour');
    const refused = await calls.register('many:alive', operator(), { instance_id: 'one-more' });
    expect(refused.body).toMatchObject({ status: 409, type: '/problems/conflict' });
    expect((await calls.register('many:alive', operator(), { instance_id: 'first' })).status).toBe(200);
    await calls.end('many:alive', '?instance_id=added-1');
    expect((await calls.register('many:alive', operator(), { instance_id: 'one-more' })).status).toBe(200);
    expect(await countOf('many:alive')).toBe(1_000);
  });

  it('are forgotten when they are long gone, and at once when they crowd', async () => {
    await calls.register('many:gone');
    await add('many:gone', 5, '-2 days');
    await calls.register('many:gone');
    expect(await countOf('many:gone')).toBe(1);
    await add('many:gone', 2_000, '-1 minute');
    await calls.register('many:gone');
    expect(await countOf('many:gone')).toBe(1);
  });
});

describe('the end of an instance', () => {
  it('leaves the agent active while another one lives, and revokes nothing', async () => {
    const { token } = (await calls.register('end:two', operator(), { instance_id: 'a' })).body as { token: string };
    await calls.register('end:two', operator(), { instance_id: 'b' });
    expect((await calls.end('end:two', '?instance_id=a')).status).toBe(204);
    expect(await calls.statusOf('end:two')).toBe('active');
    expect((await calls.end('end:two', '?instance_id=b')).status).toBe(204);
    expect(await calls.statusOf('end:two')).toBe('offline');
    expect((await calls.end('end:two', '?instance_id=b')).status).toBe(204);
    expect((await calls.verify(token)).status).toBe(200);
  });

  it('is 404 for an instance or agent there never was', async () => {
    await calls.register('end:one');
    expect((await calls.end('end:one', '?instance_id=never')).body).toMatchObject({
      status: 404,
      type: '/problems/not-found',
    });
    expect((await calls.end('end:never')).body).toMatchObject({ status: 404, type: '/problems/agent-not-found' });
  });

  it('is not undone by a beat that was still under way, but by a registration', async () => {
    await calls.register('end:late');
    await calls.end('end:late');
    expect((await calls.beat('end:late')).status).toBe(409);
    expect(await calls.statusOf('end:late')).toBe('offline');
    await calls.register('end:late');
    expect((await calls.beat('end:late')).status).toBe(200);
    expect(await calls.statusOf('end:late')).toBe('active');
  });
});
