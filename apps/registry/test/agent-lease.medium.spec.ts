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
    await calls.age('lease:one', 29);
    expect(await calls.statusOf('lease:one')).toBe('active');
    await calls.age('lease:one', 2);
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
