import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DEFAULT_ORGANIZATION, type Organization, type Principal } from '@agion/wire';
import { AgentCalls } from './agent-calls.js';
import { operator, RegistryUnderTest } from './registry-under-test.js';

let registry: RegistryUnderTest;
let acme: Organization;
beforeAll(async () => {
  registry = await RegistryUnderTest.start();
  acme = await registry.organization('acme');
  await new AgentCalls(registry).register('facts:one', operator(), { type: 'planning', fingerprint: { model: 'm1' } });
});
afterAll(() => registry.close());

const service = (organization = DEFAULT_ORGANIZATION): Principal => ({
  kind: 'service',
  subject: 'governance',
  organization,
  role: null,
  groups: [],
});

describe('what other services ask of an agent', () => {
  it('is answered with what is known of it', async () => {
    const { status, body } = await registry.call('GET', '/internal/agents/facts:one', {
      as: service(),
      from: 'governance',
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      agent_id: 'facts:one',
      container_id: 'facts',
      type: 'planning',
      status: 'active',
      fingerprint: { model: 'm1' },
    });
  });

  it.each([
    ['nobody:here', 404],
    ['heartbeat', 404],
    ['Heart Beat', 422],
  ])('is an error about `%s`', async (agentId, expected) => {
    const { status } = await registry.call('GET', `/internal/agents/${agentId}`, { as: service(), from: 'governance' });
    expect(status).toBe(expected);
  });

  it('stays within the organization it is asked in', async () => {
    const { status } = await registry.call('GET', '/internal/agents/facts:one', {
      as: service(acme),
      from: 'governance',
    });
    expect(status).toBe(404);
  });
});
