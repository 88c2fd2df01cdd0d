import { LIMITS } from './attributes.js';
import { LOG_LEVELS, OBLIGATION_LIMITS, REDACT_PATH } from './obligation.js';
import { POLICY_EFFECTS, POLICY_MODES, POLICY_STATUSES, POLICY_TIERS } from './policy.js';
import { AGENT_GLOB, FEW_STARS, NOT_BLANK, POLICY_ID, WRITTEN } from './policy-forms.js';
import { POLICY_LIMITS, USUAL_PRIORITY } from './policy-limits.js';
import { closedObject, type JsonSchema, text, word } from './json-schema.js';
import { testsSchema } from './policy-test-schema.js';

/**
 * The form of a policy as JSON Schema (2020-12), for editors: `checkPolicy` finds nothing wrong with the form of a document that fits, and
 * something with every other one. Whether the condition compiles is not in it.
 */
export const policySchema = (): JsonSchema => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Policy',
  description: 'Who may, or may not, do what, under which condition.',
  ...closedObject(
    {
      apiVersion: { const: 'agion/v1', description: 'Version of the language.' },
      kind: { const: 'Policy', description: 'What the document is.' },
      metadata: metadataSchema(),
      spec: specSchema(),
    },
    ['apiVersion', 'kind', 'metadata', 'spec'],
  ),
});

const metadataSchema = (): JsonSchema => ({
  description: 'What the policy is called.',
  ...closedObject(
    {
      id: {
        type: 'string',
        pattern: POLICY_ID.source,
        description: 'Its id in the organization: up to 63 of a-z, 0-9, `.`, `_` and `-`, not starting with a sign.',
      },
      name: text(POLICY_LIMITS.name, 'Its name for people.'),
      labels: {
        type: 'object',
        maxProperties: POLICY_LIMITS.labels,
        propertyNames: { not: { const: '__proto__' } },
        additionalProperties: text(POLICY_LIMITS.label, 'Value of the label.'),
        description: 'Texts to find it by; they take no part in deciding.',
      },
    },
    ['id'],
  ),
});

const specSchema = (): JsonSchema => ({
  description: 'What the policy says.',
  ...closedObject(
    {
      status: word(POLICY_STATUSES, 'Only active policies take part.', 'active'),
      mode: word(POLICY_MODES, '`shadow`: it is evaluated and recorded, and never changes what happens.', 'enforce'),
      priority: {
        type: 'integer',
        minimum: 0,
        maximum: POLICY_LIMITS.priority,
        default: USUAL_PRIORITY,
        description: 'Whose message is the reason. It never lets an allow beat a deny.',
      },
      tier: word(
        POLICY_TIERS,
        'Who may write it: the installation, admins, operators. It takes no part in deciding.',
        'organization',
      ),
      scope: scopeSchema(),
      condition: {
        type: 'string',
        maxLength: LIMITS.bytes,
        pattern: WRITTEN.source,
        description: 'CEL; it comes to true or false. Without one the policy matches all in its scope.',
        examples: ['agent.trust < 0.7 || context.amount > 500'],
      },
      effect: word(POLICY_EFFECTS, 'What it does when it matches. A deny beats an allow.'),
      obligations: {
        type: 'array',
        maxItems: OBLIGATION_LIMITS.obligations,
        items: { oneOf: [redactSchema(), logSchema()] },
        description: 'What has to be done with a request it matches, whether it is allowed or denied.',
      },
      message: text(POLICY_LIMITS.message, 'The reason of decisions it wins.'),
      tests: testsSchema(),
      approval: later('Approvals'),
      limits: later('Limits'),
    },
    ['scope', 'effect'],
  ),
});

const scopeSchema = (): JsonSchema => ({
  description: 'Whom and what it is about. `*` stands for any characters.',
  ...closedObject(
    {
      agents: globs('Ids of agents, such as `langgraph-v2:*`.', { pattern: AGENT_GLOB.source }),
      actions: globs('Names of actions, such as `send_*`.'),
      resources: { ...globs('Names of resources; all of them if not said.'), default: ['*'] },
    },
    ['agents', 'actions'],
  ),
});

const globs = (description: string, more: JsonSchema = {}): JsonSchema => ({
  type: 'array',
  minItems: 1,
  maxItems: POLICY_LIMITS.patterns,
  items: {
    type: 'string',
    minLength: 1,
    maxLength: POLICY_LIMITS.pattern,
    description: `A pattern with up to ${POLICY_LIMITS.stars} \`*\`, without spaces.`,
    allOf: [{ pattern: NOT_BLANK.source }, { pattern: FEW_STARS.source }],
    ...more,
  },
  description,
});

const redactSchema = (): JsonSchema => ({
  description: 'Puts `[redacted]` in the place of a value wherever it is recorded or sent.',
  ...closedObject(
    {
      type: { const: 'redact' },
      path: {
        type: 'string',
        maxLength: OBLIGATION_LIMITS.path,
        pattern: REDACT_PATH.source,
        description: `\`context.\` or \`arguments.\` and up to ${OBLIGATION_LIMITS.names} names; a list on the way stands for each of its elements.`,
      },
    },
    ['type', 'path'],
  ),
});

const logSchema = (): JsonSchema => ({
  description: 'Writes a line to the logger of whoever acts.',
  ...closedObject(
    {
      type: { const: 'log' },
      level: word(LOG_LEVELS, 'Level of the line.', 'info'),
      message: text(OBLIGATION_LIMITS.message, 'What the line says beside the decision and its reason.'),
    },
    ['type'],
  ),
});

/** A part of the language that may be named only to say that there is none of it. */
const later = (what: string): JsonSchema => ({
  type: 'array',
  maxItems: 0,
  deprecated: true,
  description: `${what} come with a later version; until then a policy that has them is refused.`,
});
