import { describe, expect, test } from '@jest/globals';
import { checkPolicy, type PolicyFault } from './index.js';

const SPEC = { scope: { agents: ['demo:*'], actions: ['send_email'] }, effect: 'deny' };

const policy = (spec: Record<string, unknown> = {}, rest: Record<string, unknown> = {}): Record<string, unknown> => ({
  apiVersion: 'agion/v1',
  kind: 'Policy',
  metadata: { id: 'pol_email_cap' },
  spec: { ...SPEC, ...spec },
  ...rest,
});

const faultsOf = (input: unknown): PolicyFault[] => checkPolicy(input).faults;
const faultOf = (spec: Record<string, unknown>): PolicyFault | undefined => faultsOf(policy(spec))[0];

describe('a policy', () => {
  test('is given back with its defaults', () => {
    expect(checkPolicy(policy())).toEqual({
      policy: {
        apiVersion: 'agion/v1',
        kind: 'Policy',
        metadata: { id: 'pol_email_cap' },
        spec: {
          status: 'active',
          mode: 'enforce',
          priority: 500,
          tier: 'organization',
          scope: { agents: ['demo:*'], actions: ['send_email'], resources: ['*'] },
          effect: 'deny',
        },
      },
      faults: [],
    });
  });

  test('keeps all it says', () => {
    const full = {
      apiVersion: 'agion/v1',
      kind: 'Policy',
      metadata: { id: 'pol_email_cap', name: 'Cap on e-mail', labels: { framework: 'soc2' } },
      spec: {
        status: 'draft',
        mode: 'enforce',
        priority: 7,
        tier: 'platform',
        scope: { agents: ['langgraph-v2:*'], actions: ['send_*'], resources: ['crm'] },
        condition: 'agent.trust < 0.7 || context.amount > 500.0',
        effect: 'deny',
        message: 'too much',
        tests: [{ name: 'big', input: { context: { amount: 600 } }, expect: 'deny' }],
      },
    };
    expect(checkPolicy(full)).toEqual({ policy: full, faults: [] });
  });

  test('is told all its faults at once, each with a pointer', () => {
    const faults = faultsOf({
      apiVersion: 'v2',
      kind: 'Policy',
      metadata: { id: 'Not An Id', labels: { 'a/b': 5 } },
      spec: { effect: 'maybe', scope: { agents: ['Demo:*', 7], actions: [] }, condition: 'agent.trst < 1', extra: 1 },
      more: true,
    });
    expect(faults.map(({ pointer }) => pointer).sort()).toEqual([
      '/apiVersion',
      '/metadata/id',
      '/metadata/labels/a~1b',
      '/more',
      '/spec/condition',
      '/spec/effect',
      '/spec/extra',
      '/spec/scope/actions',
      '/spec/scope/agents/0',
      '/spec/scope/agents/1',
    ]);
  });

  test('tells what is wrong in each part of a condition, each in its place', () => {
    const condition = [
      'agent.trst < 0.5 &&',
      '(user.id == 5 || !has(context.a) || context.a.matches("x")) &&',
      '!(session.id == "s") && (agent.trust > 2.0 ? now > 3 : usr.id == "ada")',
    ].join('\n');
    expect(faultsOf(policy({ condition })).map(({ line, column, detail }) => [line, column, detail])).toEqual([
      [1, 7, 'no such key: trst'],
      [2, 2, expect.stringContaining('no such overload')],
      [2, 37, expect.stringContaining('`matches` is not available')],
      [3, 3, '`session` comes with a later version'],
      [3, 26, expect.stringContaining('lies between 0 and 1')],
      [3, 46, expect.stringContaining('no such overload')],
      [3, 56, 'unknown variable: usr'],
    ]);
  });

  test('looks into what `has` is asked for: what can never be there would never deny', () => {
    const condition = 'has(agent.trst) && agent.tier == 5 || !has(user.role) && [agent].exists(a, has(a.x))';
    expect(faultsOf(policy({ condition })).map(({ column, detail }) => [column, detail])).toEqual([
      [11, 'no such key: trst'],
      [20, 'no such overload: string == int'],
      [82, 'no such key: x'],
    ]);
    expect(faultsOf(policy({ condition: 'has(context.a.b) && has(agent.trust) && has(user.id)' }))).toEqual([]);
  });

  test('looks into what is negated, too', () => {
    const condition = '!(usr.id == "ada" || agent.trst > 0.5)';
    expect(faultsOf(policy({ condition })).map(({ detail }) => detail)).toEqual([
      'unknown variable: usr',
      'no such key: trst',
    ]);
  });

  test.each([
    'body',
    'context',
    'context.',
    'context..a',
    'user.id',
    'context.a b',
    'context.__proto__.a',
    'arguments.constructor',
    'context.a.b.c.d.e.f.g.h.i',
    `context.${'x'.repeat(250)}`,
    7,
  ])('redacts nothing at %p', (path) => {
    expect(faultOf({ obligations: [{ type: 'redact', path }] })).toEqual({
      pointer: '/spec/obligations/0/path',
      detail: 'must be `context.` or `arguments.` and up to 8 names, with `.` between them',
    });
  });

  test('is given back with its mode and its obligations', () => {
    const obligations = [{ type: 'redact', path: 'arguments.card.number' }, { type: 'log' }];
    expect(checkPolicy(policy({ mode: 'shadow', obligations })).policy?.spec).toMatchObject({
      mode: 'shadow',
      obligations: [obligations[0], { type: 'log', level: 'info' }],
    });
    expect(checkPolicy(policy({ obligations: [] })).policy?.spec).not.toHaveProperty('obligations');
  });

  test('never throws, not even for an id that cannot become a text', () => {
    const metadata = JSON.parse('{"id": {"toString": 1, "valueOf": 1}}') as unknown;
    expect(faultsOf(policy({}, { metadata })).map(({ pointer }) => pointer)).toEqual(['/metadata/id']);
  });

  test.each([null, undefined, 5, 'policy', [], {}])('%p is none', (input) => {
    expect(faultsOf(input).length).toBeGreaterThan(0);
  });

  test.each([
    [{ effect: 'require_approval' }, '/spec/effect', '`require_approval` comes with a later version'],
    [{ mode: 'audit' }, '/spec/mode', 'must be one of `enforce`, `shadow`'],
    [{ approval: { approvers: ['role:admin'] } }, '/spec/approval', 'approvals come with a later version'],
    [{ limits: [{ kind: 'calls' }] }, '/spec/limits', 'limits come with a later version'],
    [{ obligations: {} }, '/spec/obligations', 'must be a list of up to 20 obligations'],
    [{ obligations: ['redact'] }, '/spec/obligations/0', 'must be an object'],
    [{ obligations: [{}] }, '/spec/obligations/0/type', 'is missing'],
    [{ obligations: [{ type: 'notify', to: 'me' }] }, '/spec/obligations/0/type', 'must be one of `redact`, `log`'],
    [{ obligations: [{ type: 'redact' }] }, '/spec/obligations/0/path', 'is missing'],
    [
      { obligations: [{ type: 'redact', path: 'context.a', by: '*' }] },
      '/spec/obligations/0/by',
      'is not known here; there are type, path',
    ],
    [
      { obligations: [{ type: 'log', level: 'fatal' }] },
      '/spec/obligations/0/level',
      expect.stringContaining('`warn`'),
    ],
    [
      { obligations: [{ type: 'log', message: 5 }] },
      '/spec/obligations/0/message',
      'must be a text of 1 to 500 characters',
    ],
    [{ condition: 'size(session.labels) > 1' }, '/spec/condition', '`session` comes with a later version'],
    [{ status: 'enabled' }, '/spec/status', 'must be one of `draft`, `active`, `archived`'],
    [{ tier: 'team' }, '/spec/tier', 'must be one of `platform`, `organization`, `agent`'],
    [{ priority: 1.5 }, '/spec/priority', 'must be a whole number from 0 to 1000'],
    [{ priority: null }, '/spec/priority', 'must be a whole number from 0 to 1000'],
    [{ priority: '5' }, '/spec/priority', 'must be a whole number from 0 to 1000'],
    [{ scope: undefined }, '/spec/scope', 'is missing'],
    [{ scope: { actions: ['*'] } }, '/spec/scope/agents', 'is missing'],
    [{ scope: { agents: ['*'], actions: ['a b'] } }, '/spec/scope/actions/0', 'must have no spaces'],
    [{ scope: { agents: ['*'], actions: ['a*b*c*d*e*f*'] } }, '/spec/scope/actions/0', 'must have no more than 5 `*`'],
    [{ message: '' }, '/spec/message', 'must be a text of 1 to 500 characters'],
    [{ condition: ' ' }, '/spec/condition', 'must be a CEL expression; leave it out for a policy that always matches'],
    [{ tests: {} }, '/spec/tests', 'must be a list of up to 100 tests'],
    [{ tests: [{ name: 'x', expect: 'allow' }] }, '/spec/tests/0/input', 'is missing'],
    [
      { tests: [{ name: 'x', input: { now: 'later' }, expect: 'allow' }] },
      '/spec/tests/0/input/now',
      'must be a time in ISO 8601 with its zone',
    ],
    [
      { tests: [{ name: 'x', input: { agent: { trsut: 1 } }, expect: 'allow' }] },
      '/spec/tests/0/input/agent/trsut',
      expect.stringContaining('is not known here'),
    ],
  ])('%j is refused', (spec, pointer, detail) => {
    expect(faultOf(spec)).toMatchObject({ pointer, detail });
  });
});
