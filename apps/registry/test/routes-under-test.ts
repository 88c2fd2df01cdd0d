import { type Answer, operator, type RegistryUnderTest, serviceOf } from './registry-under-test.js';

/** The least each of them is made of. */
export const GOOD = {
  agent: { agent_id: 'c:a', name: 'A' },
  prompt: { name: 'P', location: 'p', content: 'x' },
  model: { name: 'M', purpose: 'm', provider: 'openai', model: 'x' },
  resource: { name: 'r', type: 'database' },
};

/** Every route that takes a body, with one it accepts. */
export const BODIES: [method: string, path: string, good: Record<string, unknown>][] = [
  ['POST', '/v1/agents/register', GOOD.agent],
  ['POST', '/v1/agents/c:a/heartbeat', {}],
  ['POST', '/v1/agents/c:a/token', {}],
  ['POST', '/v1/containers/c/tokens', {}],
  ['POST', '/internal/credentials/verify', { token: 'x' }],
  ['POST', '/v1/prompts', GOOD.prompt],
  ['PUT', '/v1/prompts/p', GOOD.prompt],
  ['PUT', '/v1/prompts/p/rollout', { candidate: null, percent: 0 }],
  ['POST', '/v1/models', GOOD.model],
  ['PUT', '/v1/models/m', GOOD.model],
  ['PUT', '/v1/models/m/rollout', { candidate: null, percent: 0 }],
  ['POST', '/v1/resources', GOOD.resource],
  ['PUT', '/v1/resources/r', GOOD.resource],
  ['PUT', '/v1/resources/r/rollout', { candidate: null, percent: 0 }],
];

/** Asks as somebody who may. */
export const sender =
  (registry: () => RegistryUnderTest) =>
  (method: string, path: string, body?: unknown): Promise<Answer> =>
    registry().call(method, path, {
      as: path.startsWith('/internal') ? serviceOf('gateway') : operator(),
      ...(body !== undefined && { body }),
    });

/** One of everything the routes above speak of. */
export async function makeOneOfEach(send: ReturnType<typeof sender>): Promise<void> {
  await send('POST', '/v1/agents/register', GOOD.agent);
  await send('POST', '/v1/prompts', { id: 'p', ...GOOD.prompt });
  await send('POST', '/v1/models', { id: 'm', ...GOOD.model });
  await send('POST', '/v1/resources', { id: 'r', ...GOOD.resource });
}
