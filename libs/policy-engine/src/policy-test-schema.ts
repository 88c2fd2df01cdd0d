import type { TEST_AGENT, TEST_INPUT } from './check-tests.js';
import { closedObject, type JsonSchema, text, word } from './json-schema.js';
import { POLICY_EFFECTS } from './policy.js';
import { ZONED_TIME } from './policy-forms.js';
import { POLICY_LIMITS } from './policy-limits.js';

/** `tests` of a policy. */
export const testsSchema = (): JsonSchema => ({
  type: 'array',
  maxItems: POLICY_LIMITS.tests,
  items: {
    description: 'A request, and what the policy alone makes of it.',
    ...closedObject(
      {
        name: text(POLICY_LIMITS.testName, 'What the test shows.'),
        input: inputSchema(),
        expect: word(POLICY_EFFECTS, 'The decision. What the policy does not match gets the opposite of its effect.'),
      },
      ['name', 'input', 'expect'],
    ),
  },
  description: 'Tests it has to pass to be published.',
});

const inputSchema = (): JsonSchema => {
  const members: Record<(typeof TEST_INPUT)[number], JsonSchema> = {
    agent: named('Id of the agent, or what is known of it.', agentSchema()),
    action: named('Name of the action, or its name and risk.', map({ name: {}, risk: {} })),
    resource: named('Name of the resource.', map({ name: {} })),
    user: userSchema(),
    mission: map({ id: {} }, 'The mission it is done for.'),
    env: map({ mode: {} }, 'The platform.'),
    arguments: map({}, 'Arguments of the action.'),
    context: map({}, 'What the agent says of it.'),
    now: {
      type: 'string',
      pattern: ZONED_TIME.source,
      description: 'The time, in ISO 8601 with its zone.',
      examples: ['2026-03-04T12:00:00Z'],
    },
  };
  return {
    description: 'The request. What is left out is missing when the condition looks for it.',
    ...closedObject(members, []),
  };
};

/** A text, or an object. */
const named = (description: string, object: JsonSchema): JsonSchema => ({
  description,
  anyOf: [{ type: 'string' }, object],
});

const map = (properties: Record<string, JsonSchema>, description?: string): JsonSchema => ({
  type: 'object',
  properties,
  ...(description !== undefined && { description }),
});

function agentSchema(): JsonSchema {
  const facts: Record<(typeof TEST_AGENT)[number], JsonSchema> = {
    id: { description: 'Its id.' },
    container: { description: 'The container it is in.' },
    type: { description: 'Its type.' },
    framework: { description: 'What it is built with.' },
    status: { description: 'Its status.' },
    trust: { description: 'Its trust, 0 to 1.' },
    tier: { description: 'Its tier of trust.' },
  };
  return closedObject(facts, []);
}

const userSchema = (): JsonSchema => ({
  description: 'Who is signed in.',
  ...closedObject(
    {
      id: text(POLICY_LIMITS.userText, 'The id of the user.'),
      role: text(POLICY_LIMITS.userText, 'The role of the user.'),
      groups: { type: 'array', items: { type: 'string' }, description: 'Groups of the user.' },
    },
    ['id', 'role'],
  ),
});
