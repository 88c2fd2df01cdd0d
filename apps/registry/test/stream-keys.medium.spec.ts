import { StreamKeys } from '@agion/service-kit';
import { eventually } from '@agion/testing';
import { DEFAULT_ORGANIZATION, streamKey, STREAMS } from '@agion/wire';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AgentCalls } from './agent-calls.js';
import { agent, container, operator, RegistryUnderTest, serviceOf, viewer } from './registry-under-test.js';

let registry: RegistryUnderTest;
let calls: AgentCalls;
beforeAll(async () => {
  registry = await RegistryUnderTest.start('production');
  calls = new AgentCalls(registry);
  await calls.register('keys:one');
});
afterAll(() => registry.close());

const path = (agentId: string): string => `/v1/agents/${agentId}/stream-key`;
const derived = (agentId: string, generation: number): string =>
  new StreamKeys(registry.env.AGION_STREAM_SECRET ?? '').of(DEFAULT_ORGANIZATION.id, agentId, generation);
const factsOf = async (agentId: string) =>
  (await registry.call('GET', `/internal/agents/${agentId}`, { as: serviceOf('governance'), from: 'governance' })).body;

describe('the key an agent signs its stream entries with', () => {
  it('comes with every registration of whoever runs the agent, always the same', async () => {
    const first = await calls.register('keys:new', container('keys'));
    const again = await calls.register('keys:new', agent('keys:new'));
    expect(first.body.stream_key).toBe(derived('keys:new', 1));
    expect(again.body.stream_key).toBe(first.body.stream_key);
    expect((await calls.register('keys:made', operator())).body).toMatchObject({
      token: expect.any(String),
      stream_key: derived('keys:made', 1),
    });
    expect((await calls.register('keys:made', operator())).body).not.toHaveProperty('stream_key');
  });

  it('is told to those who speak for the agent, and kept by nobody on the way', async () => {
    const answer = await registry.call('GET', path('keys:one'), { as: agent('keys:one') });
    expect(answer.body).toEqual({ stream_key: derived('keys:one', 1), generation: 1, previous_until: null });
    expect(answer.headers.get('cache-control')).toBe('no-store');
    for (const as of [agent('keys:two'), container('other'), viewer()]) {
      expect((await registry.call('GET', path('keys:one'), { as })).status).toBe(403);
      expect((await registry.call('POST', path('keys:one'), { as, body: {} })).status).toBe(403);
    }
    expect((await registry.call('GET', path('keys:nobody'))).status).toBe(404);
    expect((await registry.call('POST', path('keys:nobody'), { body: {} })).status).toBe(404);
  });

  it('is on record when somebody else than the agent sees it, and not when the agent does', async () => {
    await calls.register('keys:seen');
    await registry.call('GET', path('keys:seen'), { as: agent('keys:seen') });
    await registry.call('GET', path('keys:seen'), { as: container('keys') });
    const shown = await registry.call('GET', path('keys:seen'), { as: operator() });
    expect(shown.body.stream_key).toBe(derived('keys:seen', 1));
    await eventually(async () => {
      const told = await registry.entries(streamKey(DEFAULT_ORGANIZATION.slug, STREAMS.audit));
      const facts = told.filter(({ type, subject }) => type === 'stream_key.shown' && subject?.includes('keys:seen'));
      expect(facts.map(({ actor }) => JSON.parse(actor ?? '') as object)).toEqual([{ kind: 'user', id: 'olga' }]);
    });
  });

  it('is rotated: the next one counts, and the one before for a while', async () => {
    await calls.register('keys:turned');
    const rotated = await registry.call('POST', path('keys:turned'), {
      as: agent('keys:turned'),
      body: { overlap_seconds: 60 },
    });
    expect(rotated.status).toBe(200);
    expect(rotated.body).toMatchObject({ stream_key: derived('keys:turned', 2), generation: 2 });
    const until = new Date(rotated.body.previous_until as string).getTime();
    expect(Math.abs(until - Date.now() - 60_000)).toBeLessThan(10_000);
    expect(await factsOf('keys:turned')).toMatchObject({
      stream_key_generation: 2,
      previous_stream_key_until: rotated.body.previous_until,
    });
    await eventually(async () => {
      const told = await registry.entries(streamKey(DEFAULT_ORGANIZATION.slug, STREAMS.audit));
      expect(told.filter(({ type }) => type === 'stream_key.rotated')).toHaveLength(1);
      expect(JSON.stringify(told)).not.toContain('agion_stk_');
    });
    const refused = await registry.call('POST', path('keys:turned'), { body: { overlap_seconds: -1 } });
    expect(refused.body.errors).toEqual([expect.objectContaining({ pointer: '/overlap_seconds' })]);
  });

  it('ends with the agent', async () => {
    await calls.register('keys:gone');
    await registry.call('POST', '/v1/agents/keys:gone/retire');
    expect((await registry.call('GET', path('keys:gone'))).status).toBe(409);
    expect((await registry.call('POST', path('keys:gone'), { body: {} })).status).toBe(409);
  });

  it('is not in the database', async () => {
    const rows = await registry.rows('SELECT agents::text AS text FROM registry.agents AS agents', []);
    expect(rows.length).toBeGreaterThan(0);
    expect(JSON.stringify(rows)).not.toContain('agion_stk_');
  });
});
