import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RegistryUnderTest } from './registry-under-test.js';
import { GOOD } from './routes-under-test.js';

let registry: RegistryUnderTest;
beforeAll(async () => {
  registry = await RegistryUnderTest.start();
});
afterAll(() => registry.close());

/** Keys that objects have anyway; also inside of lists. */
const odd = { toString: 'a', valueOf: 'b', hasOwnProperty: 'c', then: 'd' };
const nested = { ...odd, list: [odd] };

describe('free-form members', () => {
  it('of an agent come back with all of their keys', async () => {
    const body = { ...GOOD.agent, labels: odd, metadata: nested };
    const { agent } = (await registry.call('POST', '/v1/agents/register', { body })).body;
    expect([agent.labels, agent.metadata]).toEqual([odd, nested]);
    const report = { applied_config: nested, metrics: nested };
    expect((await registry.call('POST', '/v1/agents/c:a/heartbeat', { body: report })).status).toBe(200);
    const [row] = await registry.rows<object>(
      "SELECT applied_config, metrics FROM registry.agent_instances WHERE agent_id = 'c:a'",
    );
    expect(row).toEqual(report);
  });

  it.each([
    ['prompts', { ...GOOD.prompt, metadata: nested }],
    ['models', { ...GOOD.model, metadata: nested, parameters: nested }],
    ['resources', { ...GOOD.resource, metadata: nested, config: nested }],
  ])('of %s come back with all of their keys', async (collection, body) => {
    const created = await registry.call('POST', `/v1/${collection}`, { body });
    expect(created.body).toMatchObject(body);
  });
});
