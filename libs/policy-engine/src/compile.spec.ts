import { describe, expect, test } from '@jest/globals';
import {
  canMatchAgent,
  compilePolicies,
  evaluate,
  isConcerned,
  type PolicyRequest,
  type VersionedPolicy,
} from './index.js';

const REQUEST: PolicyRequest = {
  agent: { id: 'demo:echo' },
  action: { name: 'read' },
  env: { mode: 'test' },
  arguments: {},
  context: {},
  at: 0,
};

const policy = (id: string, spec: Partial<VersionedPolicy['document']['spec']>): VersionedPolicy => ({
  version: 3,
  document: {
    apiVersion: 'agion/v1',
    kind: 'Policy',
    metadata: { id },
    spec: {
      status: 'active',
      mode: 'enforce',
      priority: 500,
      tier: 'organization',
      scope: { agents: ['*'], actions: ['*'], resources: ['*'] },
      effect: 'allow',
      ...spec,
    },
  },
});

describe('a policy that does not compile any more', () => {
  const broken = { condition: 'agent.trst <' };

  test('denies when it denies', () => {
    const set = compilePolicies([policy('a', {}), policy('d', { effect: 'deny', ...broken })], {
      revision: 1,
      defaultEffect: 'allow',
    });
    expect(evaluate(set, REQUEST)).toMatchObject({
      decision: 'deny',
      winner: { policy: 'd', version: 3 },
      errors: [{ policy: 'd', detail: 'unexpected token: EOF' }],
    });
  });

  test('does not match when it allows', () => {
    const set = compilePolicies([policy('a', broken)], { revision: 1, defaultEffect: 'deny' });
    expect(evaluate(set, REQUEST)).toMatchObject({ decision: 'deny', winner: null, errors: [{ policy: 'a' }] });
  });
});

describe('what a later release may say', () => {
  const decided = (spec: object, defaultEffect: 'allow' | 'deny' = 'allow') =>
    evaluate(compilePolicies([policy('p', spec)], { revision: 1, defaultEffect }), REQUEST);

  test.each([
    [{ obligations: [{ type: 'notify' }] }],
    [{ obligations: [{ type: 'redact', path: 'user.id' }] }],
    [{ obligations: [{ type: 'log', level: 'info', to: 'somebody' }] }],
    [{ obligations: ['redact'] }],
  ])('an allow with %j denies what it matches', (spec) => {
    expect(decided(spec)).toMatchObject({
      decision: 'deny',
      winner: { policy: 'p', version: 3 },
      errors: [{ policy: 'p', detail: 'it has an obligation that is not known here' }],
    });
  });

  test('an obligation of an allow that does not match does nothing', () => {
    const obligations = [{ type: 'notify' }];
    expect(decided({ obligations, condition: 'has(context.a)' })).toMatchObject({ decision: 'allow', errors: [] });
  });

  test('an effect that is not known denies', () => {
    expect(decided({ effect: 'require_approval' })).toMatchObject({ decision: 'deny', errors: [{ policy: 'p' }] });
  });

  test('a mode that is not known takes an allow its effect and leaves a deny its own', () => {
    expect(decided({ mode: 'canary' }, 'deny').decision).toBe('deny');
    expect(decided({ mode: 'canary', effect: 'deny' }).decision).toBe('deny');
  });
});

test('only policies in the scope of agent and action are candidates, however many there are', () => {
  const many = Array.from({ length: 10_000 }, (_, number) =>
    policy(`p${number}`, {
      scope: { agents: [`c${number % 100}:a${number}`], actions: [`action_${number % 7}`], resources: ['*'] },
    }),
  );
  const { index } = compilePolicies(
    [
      ...many,
      policy('all', {}),
      policy('demo', {
        effect: 'deny',
        scope: { agents: ['demo:*'], actions: ['re*'], resources: ['*'] },
      }),
    ],
    { revision: 1, defaultEffect: 'deny' },
  );
  const ids = (candidates: readonly { id: string }[]): string[] => candidates.map(({ id }) => id);
  const { allows, denies } = index.candidates('demo:echo', 'read');
  expect(ids(allows)).toEqual(['all']);
  expect(ids(denies)).toEqual(['demo']);
  expect(ids(index.candidates('c7:a7', 'action_0').allows)).toEqual(['all', 'p7']);
});

test('policies keep their order in the next revision, and a document its version', () => {
  const [b, a, first] = [policy('b', {}), policy('a', {}), policy('z', { priority: 900 })];
  const matched = (...policies: VersionedPolicy[]): [string, number][] =>
    evaluate(compilePolicies(policies, { revision: 1, defaultEffect: 'deny' }), REQUEST).matched.map(
      ({ policy: id, version }) => [id, version],
    );
  expect(matched(b, a)).toEqual([
    ['a', 3],
    ['b', 3],
  ]);
  expect(matched({ ...b, version: 4 }, first, a)).toEqual([
    ['z', 3],
    ['a', 3],
    ['b', 4],
  ]);
});

test('what an index remembers has an end', () => {
  const set = compilePolicies([policy('all', {})], { revision: 1, defaultEffect: 'deny' });
  for (let number = 0; number < 50_000; number++)
    expect(evaluate(set, { ...REQUEST, action: { name: `made up ${number}` } }).allowed).toBe(true);
});

test('a policy can match an agent when one of its patterns does', () => {
  const { document } = policy('x', { scope: { agents: ['demo:*', 'lab:echo'], actions: ['*'], resources: ['*'] } });
  expect(['demo:a', 'lab:echo', 'lab:other', 'demo'].map((agent) => canMatchAgent(document, agent))).toEqual([
    true,
    true,
    false,
    false,
  ]);
});

describe('a set is concerned with an action of an agent', () => {
  const concerned = (...specs: Parameters<typeof policy>[1][]): boolean => {
    const policies = specs.map((spec, index) => policy(`p${index}`, spec));
    return isConcerned(compilePolicies(policies, { revision: 1, defaultEffect: 'deny' }), 'demo:echo', 'read');
  };

  test('when a deny, an allow, a shadow policy or several of them have both in their scope', () => {
    const [allow, deny, shadow] = [{}, { effect: 'deny' }, { mode: 'shadow' }] as const;
    for (const specs of [[allow], [deny], [shadow], [allow, deny], [allow, shadow], [deny, shadow]])
      expect([specs, concerned(...specs)]).toEqual([specs, true]);
  });

  test('not when there is no policy, or those there are speak of other actions and agents, or are drafts', () => {
    const scope = { agents: ['demo:echo'], actions: ['read'], resources: ['*'] };
    expect(concerned()).toBe(false);
    expect(concerned({ scope: { ...scope, actions: ['write'] } }, { scope: { ...scope, agents: ['lab:*'] } })).toBe(
      false,
    );
    expect(concerned({ status: 'draft' })).toBe(false);
  });
});

test('what is in force again in the next revision is not compiled again, unless it has another version', () => {
  let looks = 0;
  const { document } = policy('kept', {});
  const spec = {
    ...document.spec,
    get condition(): string {
      looks += 1;
      return 'agent.id == "demo:echo"';
    },
  };
  const kept = { version: 3, document: { ...document, spec } };
  const looksFor = (...policies: VersionedPolicy[]): number => {
    looks = 0;
    const set = compilePolicies(policies, { revision: 1, defaultEffect: 'deny' });
    expect(evaluate(set, REQUEST).winner?.policy).toBe('kept');
    return looks;
  };
  expect(looksFor(kept)).toBeGreaterThan(0);
  expect(looksFor(policy('later', {}), kept)).toBe(0);
  expect(looksFor({ ...kept, version: 4 })).toBeGreaterThan(0);
});

test('equally important policies stand by their ids, whatever order they came in', () => {
  const [a, b, c] = [policy('a', {}), policy('b', {}), policy('c', {})] as const;
  for (const some of [
    [a, b, c],
    [a, c, b],
    [b, a, c],
    [b, c, a],
    [c, a, b],
    [c, b, a],
  ]) {
    const set = compilePolicies(some, { revision: 1, defaultEffect: 'deny' });
    expect(evaluate(set, REQUEST).matched.map((each) => each.policy)).toEqual(['a', 'b', 'c']);
  }
});

test('what a later release may say is told by what it is, and what denies for it as a denial', () => {
  const told = (spec: object) => {
    const set = compilePolicies([policy('p', spec)], { revision: 1, defaultEffect: 'allow' });
    const { errors, matched } = evaluate(set, REQUEST);
    return [errors[0]?.detail, matched[0]?.effect];
  };
  expect(told({ effect: 'later' })).toEqual(['its effect is not known here', 'deny']);
  expect(told({ effect: 'deny', mode: 'later' })).toEqual(['its mode is not known here', 'deny']);
  expect(told({ condition: 'context.x > 1', obligations: [{ type: 'log' }] })).toEqual(['no such key: x', 'deny']);
});

test('a set never changes', () => {
  expect(Object.isFrozen(compilePolicies([], { revision: 1, defaultEffect: 'deny' }))).toBe(true);
});
