import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { keys } from '@agion/wire';
import { AgentCalls } from './agent-calls.js';
import { agent, operator, RegistryUnderTest, viewer } from './registry-under-test.js';

let registry: RegistryUnderTest;
let calls: AgentCalls;
beforeAll(async () => {
  registry = await RegistryUnderTest.start();
  calls = new AgentCalls(registry);
});
afterAll(() => registry.close());

describe('discovery', () => {
  beforeAll(async () => {
    await calls.register('find:a', operator(), {
      framework: 'crewai',
      capabilities: ['plot', 'sum'],
      labels: { team: 'x', tier: '1' },
    });
    await calls.register('find:b', operator(), {
      framework: 'crewai',
      type: 'viz',
      capabilities: ['plot'],
      labels: { team: 'y' },
    });
    await calls.register('find:c', operator(), { framework: 'crewai', labels: { team: 'x' } });
    await calls.age('find:c', 31);
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
    const ours = await calls.register('same:name', operator());
    const theirs = await calls.register('same:name', operator(acme), { version: '9' });
    expect([ours.status, theirs.status]).toEqual([201, 201]);
    expect(theirs.body).toMatchObject({ organization: 'acme', redis_prefix: 'org:acme:' });
    await registry.call('POST', '/v1/agents/same:name/retire', { as: operator(acme) });
    expect(await calls.statusOf('same:name')).toBe('active');
    expect((await registry.call('GET', '/v1/agents/find:a', { as: operator(acme) })).status).toBe(404);
    expect((await calls.beat('find:a', {}, agent('find:a', acme))).status).toBe(404);
    const list = await registry.call('GET', '/v1/agents', { as: viewer(acme) });
    expect(list.body.items).toHaveLength(1);
  });
});
