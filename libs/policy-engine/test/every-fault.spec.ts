import { describe, expect, test } from '@jest/globals';
import { checkContextSchema, checkPolicy, type ContextSchemas, type PolicyFault } from '../src/index.js';
import { CONDITION_FAULTS, WHOLE_CONDITION_FAULTS } from './condition-fault-table.js';

const policy = (spec: object, rest: object = {}): Record<string, unknown> => ({
  apiVersion: 'agion/v1',
  kind: 'Policy',
  metadata: { id: 'cap' },
  spec: { effect: 'deny', scope: { agents: ['*'], actions: ['*'] }, ...spec },
  ...rest,
});
const told = ({ pointer, line, column, detail }: PolicyFault): string =>
  `${pointer}${line === undefined ? '' : ` ${line}:${column}`} ${detail}`;
const toldOf = (document: unknown, schemas?: ContextSchemas): string[] =>
  checkPolicy(document, schemas).faults.map(told);

describe('everything that is wrong with a condition is told in its place', () => {
  test.each(CONDITION_FAULTS)('%s', (part, column, detail) => {
    expect(toldOf(policy({ condition: `true &&\n  ${part}` }))).toEqual([`/spec/condition 2:${column + 2} ${detail}`]);
  });

  test.each(WHOLE_CONDITION_FAULTS)('%s', (condition, line, column, detail) => {
    expect(toldOf(policy({ condition }))).toEqual([`/spec/condition ${line}:${column} ${detail}`]);
  });

  test('all of them at once, one on each line', () => {
    const parts = CONDITION_FAULTS.map(([part]) => `(${part})`);
    expect(toldOf(policy({ condition: parts.join(' ||\n') }))).toEqual(
      CONDITION_FAULTS.map(([, column, detail], index) => `/spec/condition ${index + 1}:${column + 1} ${detail}`),
    );
  });
});

test('everything that is wrong with a document is told at once, in its place', () => {
  const document = {
    apiVersion: 'agion/v2',
    kind: 'Rule',
    metadata: { id: 'No Id', name: '', labels: { 'a/b~c': 5 }, owner: 'ada' },
    spec: {
      status: 'on',
      mode: 'audit',
      priority: 1_001,
      tier: 'team',
      scope: { agents: ['Demo:*', 7, ''], actions: [], resources: ['a b', 'a*b*c*d*e*f*'], users: ['*'] },
      condition: 'agent.nope == "a" &&\n  !(session.id == "s" || user.id == 5)\n  || nope',
      effect: 'require_approval',
      obligations: [
        'log',
        {},
        { type: 'notify' },
        { type: 'redact' },
        { type: 'redact', path: 'user.id', by: '*' },
        { type: 'log', level: 'fatal', message: '' },
      ],
      message: '',
      approval: { approvers: ['role:admin'] },
      limits: [{ kind: 'calls' }],
      tests: [
        5,
        { name: '', input: { agent: 5, context: [], now: '2026-03-04T12:00', place: 'here' }, expect: 'maybe' },
        { input: { agent: { trsut: 1 }, user: { id: 'ada', groups: ['a', 5] } }, more: 1 },
        { name: 'a', input: { user: { id: 'ada', role: 'admin', groups: {} } }, expect: 'deny' },
        { name: 'a', expect: 'allow' },
      ],
      when: 'always',
    },
    version: 1,
  };
  expect(toldOf(document)).toMatchInlineSnapshot(`
   [
     "/version is not known here; there are apiVersion, kind, metadata, spec",
     "/apiVersion must be \`agion/v1\`",
     "/kind must be \`Policy\`",
     "/metadata/owner is not known here; there are id, name, labels",
     "/metadata/id must be up to 63 of a-z, 0-9, \`.\`, \`_\` and \`-\`, not starting with a sign",
     "/metadata/name must be a text of 1 to 200 characters",
     "/metadata/labels/a~1b~0c must be a text of 1 to 200 characters",
     "/spec/when is not known here; there are status, mode, priority, tier, scope, condition, effect, obligations, message, tests, approval, limits",
     "/spec/approval approvals come with a later version",
     "/spec/limits limits come with a later version",
     "/spec/status must be one of \`draft\`, \`active\`, \`archived\`",
     "/spec/mode must be one of \`enforce\`, \`shadow\`",
     "/spec/tier must be one of \`platform\`, \`organization\`, \`agent\`",
     "/spec/priority must be a whole number from 0 to 1000",
     "/spec/scope/users is not known here; there are agents, actions, resources",
     "/spec/scope/agents/0 \`Demo:*\` fits no agent: ids have a-z, 0-9, \`.\`, \`_\`, \`-\` and one \`:\`",
     "/spec/scope/agents/1 must be a text",
     "/spec/scope/agents/2 must have 1 to 256 characters",
     "/spec/scope/actions must be a list of 1 to 50 texts",
     "/spec/scope/resources/0 must have no spaces",
     "/spec/scope/resources/1 must have no more than 5 \`*\`",
     "/spec/condition 1:7 no such key: nope",
     "/spec/condition 2:5 \`session\` comes with a later version",
     "/spec/condition 2:26 no such overload: string == int",
     "/spec/condition 3:6 unknown variable: nope",
     "/spec/effect \`require_approval\` comes with a later version",
     "/spec/obligations/0 must be an object",
     "/spec/obligations/1/type is missing",
     "/spec/obligations/2/type must be one of \`redact\`, \`log\`",
     "/spec/obligations/3/path is missing",
     "/spec/obligations/4/by is not known here; there are type, path",
     "/spec/obligations/4/path must be \`context.\` or \`arguments.\` and up to 8 names, with \`.\` between them",
     "/spec/obligations/5/level must be one of \`info\`, \`warn\`, \`error\`",
     "/spec/obligations/5/message must be a text of 1 to 500 characters",
     "/spec/message must be a text of 1 to 500 characters",
     "/spec/tests/0 must be an object",
     "/spec/tests/1/name must be a text of 1 to 200 characters",
     "/spec/tests/1/expect must be one of \`allow\`, \`deny\`",
     "/spec/tests/1/input/place is not known here; there are agent, action, resource, user, mission, env, arguments, context, now",
     "/spec/tests/1/input/context must be an object",
     "/spec/tests/1/input/agent must be a text or an object",
     "/spec/tests/1/input/now must be a time in ISO 8601 with its zone",
     "/spec/tests/2/more is not known here; there are name, input, expect",
     "/spec/tests/2/name is missing",
     "/spec/tests/2/expect is missing",
     "/spec/tests/2/input/agent/trsut is not known here; there are id, container, type, framework, status, trust, tier",
     "/spec/tests/2/input/user/role is missing",
     "/spec/tests/2/input/user/groups/1 must be a text",
     "/spec/tests/3/input/user/groups must be a list of texts",
     "/spec/tests/4/input is missing",
   ]
  `);
  expect(toldOf(null)).toEqual([' must be an object']);
  expect(toldOf(undefined)).toEqual([' is missing']);
  expect(toldOf({})).toEqual(['apiVersion', 'kind', 'metadata', 'spec'].map((name) => `/${name} is missing`));
  const lists = { tests: {}, obligations: {}, condition: ' ', priority: '5', scope: [] };
  expect(toldOf(policy(lists, { metadata: { labels: [] } }))).toMatchInlineSnapshot(`
   [
     "/metadata/id is missing",
     "/metadata/labels must be an object of up to 32 texts",
     "/spec/priority must be a whole number from 0 to 1000",
     "/spec/scope must be an object",
     "/spec/condition must be a CEL expression; leave it out for a policy that always matches",
     "/spec/obligations must be a list of up to 20 obligations",
     "/spec/tests must be a list of up to 100 tests",
   ]
  `);
});

test('what comes with later versions is refused by a sentence of its own each', () => {
  const later = {
    effect: 'require_approval',
    approval: { approvers: ['role:admin'] },
    limits: [{ kind: 'calls', most: 5 }],
    condition: '"pii" in session.labels ||\n  size(session.calls) > 5',
  };
  expect(toldOf(policy(later))).toEqual([
    '/spec/approval approvals come with a later version',
    '/spec/limits limits come with a later version',
    '/spec/condition 1:10 `session` comes with a later version',
    '/spec/condition 2:8 `session` comes with a later version',
    '/spec/effect `require_approval` comes with a later version',
  ]);
});

test('what the schema of an action does not have is told in its place, for each action', () => {
  const { schema } = checkContextSchema({ type: 'object', properties: { to: { type: 'string' } } });
  if (!schema) throw new Error('it is one');
  const schemas = new Map([
    ['mail', schema],
    ['post', schema],
  ]);
  const scope = { agents: ['*'], actions: ['mail', 'post'] };
  const condition = 'context.to == 5 ||\n  context.amount > 5';
  const faults = (action: string): string[] => [
    `/spec/condition 1:1 no such overload: string == int (in the context of \`${action}\`)`,
    `/spec/condition 2:11 no such key: amount (in the context of \`${action}\`)`,
  ];
  expect(toldOf(policy({ scope, condition }), schemas)).toEqual([...faults('mail'), ...faults('post')]);
});

test('no more than a hundred faults are told', () => {
  const agents = Array.from({ length: 50 }, () => 'A');
  const actions = Array.from({ length: 50 }, () => 'a b');
  expect(toldOf(policy({ scope: { agents, actions, resources: actions } }))).toHaveLength(100);
});
