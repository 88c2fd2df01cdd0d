import { describe, expect, test } from '@jest/globals';
import {
  type ActionDefinition,
  checkContextSchema,
  checkPolicy,
  compilePolicies,
  evaluate,
  explain,
  type PolicyRequest,
} from './index.js';

const REQUEST: PolicyRequest = {
  agent: { id: 'demo:echo', trust: 0.5 },
  action: { name: 'send_email' },
  env: { mode: 'test' },
  arguments: {},
  context: { amount: 600 },
  at: 1_700_000_000_000,
};

const setOf = (...specs: Record<string, unknown>[]) => setFor([], specs);

function setFor(actions: readonly ActionDefinition[], specs: Record<string, unknown>[]) {
  const policies = specs.map((spec, index) => {
    const { policy, faults } = checkPolicy({
      apiVersion: 'agion/v1',
      kind: 'Policy',
      metadata: { id: `p${index}` },
      spec: { scope: { agents: ['*'], actions: ['*'] }, ...spec },
    });
    if (!policy) throw new Error(JSON.stringify(faults));
    return { document: policy, version: 1 };
  });
  return compilePolicies(policies, { revision: 7, defaultEffect: 'deny', actions });
}

describe('a decision', () => {
  test('gives away nothing by which policies could be changed', () => {
    const obligations = [{ type: 'redact', path: 'context.amount' }, { type: 'log' }];
    const set = setOf({ effect: 'allow', obligations });
    const decision = evaluate(set, REQUEST);
    expect([...decision.matched, ...decision.obligations].every((part) => Object.isFrozen(part))).toBe(true);
    (decision.obligations as unknown[]).length = 0;
    (decision.matched as unknown[]).length = 0;
    expect(evaluate(set, REQUEST)).toMatchObject({
      matched: [{ policy: 'p0' }],
      obligations: [{ path: 'context.amount' }, {}],
    });
  });

  test('names its winner, its reason and the terms that decided', () => {
    const set = setOf(
      { effect: 'allow' },
      { effect: 'deny', condition: 'context.amount > 500.0 || agent.trust < 0.2', message: 'too much' },
    );
    expect(evaluate(set, REQUEST)).toEqual({
      decision: 'deny',
      allowed: false,
      matched: [{ policy: 'p1', version: 1, effect: 'deny', priority: 500 }],
      winner: { policy: 'p1', version: 1 },
      reason: 'too much',
      failingTerms: ['context.amount > 500.0'],
      obligations: [],
      policyRevision: 7,
      errors: [],
    });
  });

  test('is the default when nothing matches, and says what kept the allow from matching', () => {
    const set = setOf({ effect: 'allow', condition: 'context.amount > 500 && agent.trust >= 0.9' });
    expect(evaluate(set, REQUEST)).toMatchObject({
      decision: 'deny',
      matched: [],
      winner: null,
      reason: 'no policy allows `send_email` to `demo:echo`',
      failingTerms: ['agent.trust >= 0.9'],
    });
  });

  test('is a denial for what is no request at all', () => {
    const agent = { id: 'demo:echo' };
    const action = { name: 'send_email' };
    const strange = [
      { agent: { id: ['demo:echo'] }, action },
      { agent: { id: 5 }, action },
      { agent, action: { name: 5 } },
      { agent, action: { name: ['send_email'] } },
      { agent: { id: 5 }, action: { name: {} } },
    ];
    for (const nonsense of [null, undefined, 5, {}, { agent: {} }, ...strange])
      expect(evaluate(setOf({ effect: 'allow' }), nonsense as unknown as PolicyRequest)).toEqual({
        decision: 'deny',
        allowed: false,
        matched: [],
        winner: null,
        reason: 'the request cannot be read',
        failingTerms: [],
        obligations: [],
        policyRevision: 7,
        errors: [],
      });
  });

  test('by an allow with obligations that could not be evaluated blames no term', () => {
    const set = setOf({ effect: 'allow', condition: 'context.nothing < 5', obligations: [{ type: 'log' }] });
    expect(evaluate(set, REQUEST)).toMatchObject({ decision: 'deny', winner: { policy: 'p0' } });
    expect(evaluate(set, REQUEST).failingTerms).toEqual([]);
  });

  test('matches nothing where there is no policy', () => {
    expect(evaluate(setOf(), REQUEST)).toEqual({
      decision: 'deny',
      allowed: false,
      matched: [],
      winner: null,
      reason: 'no policy allows `send_email` to `demo:echo`',
      failingTerms: [],
      obligations: [],
      policyRevision: 7,
      errors: [],
    });
  });

  test('about what does not fit its action names no policy, whatever policies match', () => {
    const contextSchema = checkContextSchema({
      type: 'object',
      properties: { to: { type: 'string' } },
      required: ['to'],
    }).schema;
    const actions = [{ name: 'send_email', risk: 'low', contextSchema } as const];
    const denied = { effect: 'deny', condition: 'agent.trust < 0.9' };
    for (const specs of [[{ effect: 'allow' }], [denied], []])
      expect(evaluate(setFor(actions, specs), REQUEST)).toEqual({
        decision: 'deny',
        allowed: false,
        matched: [],
        winner: null,
        reason: 'the request does not fit the schema of `send_email`: `context.to` is missing',
        failingTerms: [],
        obligations: [],
        policyRevision: 7,
        errors: [],
      });
  });

  test('takes a resource that has no text for a name for any resource', () => {
    const denied = setOf(
      { effect: 'allow' },
      { effect: 'deny', scope: { agents: ['*'], actions: ['*'], resources: ['crm'] } },
    );
    const named = (name: unknown): PolicyRequest => ({ ...REQUEST, resource: { name } as { name: string } });
    for (const name of [5, null, ['billing'], {}]) expect(evaluate(denied, named(name)).decision).toBe('deny');
    expect(evaluate(denied, named('billing')).decision).toBe('allow');
  });

  test('can be explained: each candidate, each term, and what would change it', () => {
    const set = setOf({ effect: 'allow', condition: 'context.amount > 500 && agent.trust >= 0.9' });
    expect(explain(set, REQUEST)).toMatchObject({
      decision: { decision: 'deny' },
      candidates: [
        {
          policy: 'p0',
          matched: false,
          why: 'its condition is false',
          terms: [
            { term: 'context.amount > 500', result: true },
            { term: 'agent.trust >= 0.9', result: false },
          ],
          wouldChange: ['agent.trust >= 0.9'],
        },
      ],
      toChange: ['`p0` would have to match: `agent.trust >= 0.9`'],
    });
  });

  test.each([
    [
      'context.amount > 5 && agent.trust < 0.9',
      '`p1` must no longer match: one of `context.amount > 5`, `agent.trust < 0.9`',
    ],
    [
      'context.amount > 5 || agent.trust < 0.9',
      '`p1` must no longer match: all of `context.amount > 5`, `agent.trust < 0.9`',
    ],
    ['context.missing > 5 || agent.trust < 0.1', '`p1` must no longer match: `context.missing > 5`'],
    ['true == true', '`p1` must no longer match: `true == true`'],
  ])('denied by `%s` is explained by what would have to change', (condition, sentence) => {
    expect(explain(setOf({ effect: 'allow' }, { effect: 'deny', condition }), REQUEST).toChange).toEqual([sentence]);
  });

  test('denied twice, by a policy and for want of one that allows, is explained twice', () => {
    expect(explain(setOf({ effect: 'deny' }), REQUEST).toChange).toEqual([
      '`p0` must no longer match',
      'there would have to be a policy that allows it',
    ]);
  });

  test('tells what is wrong with a shadow policy apart from its own errors', () => {
    const set = setOf({ effect: 'allow' }, { effect: 'deny', mode: 'shadow', condition: 'context.nothing > 5' });
    expect(evaluate(set, REQUEST)).toMatchObject({
      decision: 'allow',
      errors: [],
      shadowDecision: 'deny',
      shadowMatched: [{ policy: 'p1', version: 1, effect: 'deny', priority: 500 }],
      shadowErrors: [{ policy: 'p1', detail: 'no such key: nothing' }],
    });
  });

  test('says nothing of shadow policies where there are none', () => {
    const names = Object.keys(evaluate(setOf({ effect: 'allow' }), REQUEST));
    expect(names.filter((name) => name.startsWith('shadow'))).toEqual([]);
  });

  test('is explained with its shadow policies, which would change nothing', () => {
    const set = setOf({ effect: 'allow', condition: 'context.amount < 5' }, { effect: 'allow', mode: 'shadow' });
    expect(explain(set, REQUEST)).toMatchObject({
      candidates: [
        { policy: 'p0', mode: 'enforce', matched: false },
        { policy: 'p1', mode: 'shadow', matched: true, why: 'it has no condition, so it matches all in its scope' },
      ],
      toChange: ['`p0` would have to match: `context.amount < 5`'],
    });
  });

  test('denied for an allow with obligations that could not be evaluated is explained by it', () => {
    const set = setOf({ effect: 'allow', condition: 'context.nothing < 5', obligations: [{ type: 'log' }] });
    expect(explain(set, REQUEST)).toMatchObject({
      candidates: [
        { policy: 'p0', matched: true, why: expect.stringContaining('it denies because it has obligations') },
      ],
      toChange: ['`p0` must no longer match: `context.nothing < 5`', 'there would have to be a policy that allows it'],
    });
  });
});
