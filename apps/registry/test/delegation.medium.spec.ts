import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeEntry } from '@agion/messaging';
import { eventually } from '@agion/testing';
import { AgentCalls } from './agent-calls.js';
import { agent, container, operator, RegistryUnderTest } from './registry-under-test.js';

let registry: RegistryUnderTest;
let calls: AgentCalls;
beforeAll(async () => {
  registry = await RegistryUnderTest.start();
  calls = new AgentCalls(registry);
});
afterAll(() => registry.close());

const errors = ({ body }: { body: object }): unknown => (body as { errors?: unknown }).errors;

describe('an agent that acts on behalf of another', () => {
  it('says so when it registers, and goes on doing so when it says nothing', async () => {
    await calls.register('lead:a');
    const first = await calls.register('crew:b', container('crew'), { delegated_by: 'lead:a' });
    expect(first.body.agent).toMatchObject({ delegated_by: 'lead:a' });
    expect((await calls.register('crew:b', agent('crew:b'))).body.agent).toMatchObject({ delegated_by: 'lead:a' });
    expect((await calls.register('crew:b', agent('crew:b'), { delegated_by: 'lead:a' })).status).toBe(200);
  });

  it('cannot shake it off or take another by itself; an operator can do both', async () => {
    await calls.register('lead:x');
    for (const delegated_by of [null, 'lead:x'])
      for (const caller of [agent('crew:b'), container('crew')]) {
        const refused = await calls.register('crew:b', caller, { delegated_by });
        expect(refused).toMatchObject({ status: 409, body: { type: '/problems/conflict' } });
      }
    expect((await calls.register('crew:b', operator(), { delegated_by: 'lead:x' })).body.agent).toMatchObject({
      delegated_by: 'lead:x',
    });
    expect((await calls.register('crew:b', operator(), { delegated_by: null })).body.agent).toMatchObject({
      delegated_by: null,
    });
  });

  it('is on the trail with it, and not at all when the registration fails', async () => {
    await eventually(async () => {
      const entries = await registry.redis.xrange('agion:events:audit', '-', '+');
      const facts = entries.map(([, fields]) => decodeEntry(fields));
      const told = facts.filter(({ type, subject }) => type === 'agent.delegated' && subject?.includes('crew:b'));
      expect(told.map(({ details }) => JSON.parse(details ?? ''))).toEqual([
        { delegated_by: 'lead:a' },
        { delegated_by: 'lead:x' },
        { delegated_by: null },
      ]);
    });
    const refused = await calls.register('crew:new', container('crew'), { delegated_by: 'crew:nobody' });
    expect(refused.status).toBe(422);
    expect(errors(refused)).toEqual([{ pointer: '/delegated_by', detail: 'there is no agent `crew:nobody`' }]);
    expect((await registry.call('GET', '/v1/agents/crew:new')).status).toBe(404);
  });

  it('closes no circle, however long, and none when two name each other at once', async () => {
    expect(errors(await calls.register('self:a', operator(), { delegated_by: 'self:a' }))).toMatchObject([
      { pointer: '/delegated_by' },
    ]);
    await calls.register('ring:a');
    await calls.register('ring:b', operator(), { delegated_by: 'ring:a' });
    await calls.register('ring:c', operator(), { delegated_by: 'ring:b' });
    expect(errors(await calls.register('ring:a', operator(), { delegated_by: 'ring:c' }))).toMatchObject([
      { pointer: '/delegated_by', detail: expect.stringMatching(/on behalf of `ring:a` itself/) },
    ]);
    for (let round = 0; round < 10; round += 1) {
      const [one, two] = [`race:a${round}`, `race:b${round}`] as const;
      await calls.register(one);
      await calls.register(two);
      const answers = await Promise.all([
        calls.register(one, operator(), { delegated_by: two }),
        calls.register(two, operator(), { delegated_by: one }),
      ]);
      expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 422]);
    }
  });

  it('stands in a chain of eight at most, whether it grows above or below', async () => {
    await calls.register('deep:0');
    for (let depth = 1; depth < 8; depth += 1)
      await calls.register(`deep:${depth}`, operator(), { delegated_by: `deep:${depth - 1}` });
    const ninth = await calls.register('deep:8', operator(), { delegated_by: 'deep:7' });
    expect(ninth.status).toBe(201);
    expect((await calls.register('deep:9', operator(), { delegated_by: 'deep:8' })).status).toBe(422);
    await calls.register('deep:top');
    expect((await calls.register('deep:0', operator(), { delegated_by: 'deep:top' })).status).toBe(422);
  });
});
