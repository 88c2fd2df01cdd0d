import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { amendPolicies, compilePolicies, evaluate, type PolicySet, type VersionedPolicy } from './index.js';

const AGENTS = ['*', 'demo:*', 'demo:echo', 'lab:*', 'lab:echo', '*:echo', 'd*o:echo'];
const ACTIONS = ['*', 'read', 'write', 're*', '*e'];
const OPTIONS = { revision: 2, defaultEffect: 'deny' } as const;

const someOf = (names: readonly string[]): fc.Arbitrary<string[]> =>
  fc.array(fc.constantFrom(...names), { minLength: 1, maxLength: 3 });

const policies = fc.uniqueArray(
  fc.record({
    id: fc.constantFrom(...'abcdefgh'),
    version: fc.integer({ min: 1, max: 3 }),
    agents: someOf(AGENTS),
    actions: someOf(ACTIONS),
    effect: fc.constantFrom('allow' as const, 'deny' as const),
    status: fc.constantFrom('active' as const, 'active' as const, 'draft' as const),
    priority: fc.constantFrom(1, 500),
  }),
  { selector: ({ id }) => id },
);
type Drawn = typeof policies extends fc.Arbitrary<(infer One)[]> ? One : never;

const policyOf = ({ id, version, agents, actions, effect, status, priority }: Drawn): VersionedPolicy => ({
  version,
  document: {
    apiVersion: 'agion/v1',
    kind: 'Policy',
    metadata: { id },
    spec: {
      status,
      mode: 'enforce',
      priority,
      tier: 'organization',
      scope: { agents, actions, resources: ['*'] },
      effect,
    },
  },
});

/** All it decides, for agents and actions that policies name and others. */
const decisions = (set: PolicySet): unknown[] =>
  ['demo:echo', 'lab:echo', 'lab:other', 'other:x'].flatMap((id) =>
    ['read', 'write', 'rest', 'x'].map((name) =>
      evaluate(set, { agent: { id }, action: { name }, env: { mode: '' }, arguments: {}, context: {}, at: 0 }),
    ),
  );

test('a set that was amended again and again decides as one that was compiled anew, and the one before as ever', () => {
  fc.assert(
    fc.property(fc.array(policies, { minLength: 2, maxLength: 5 }), (revisions) => {
      const [first = [], ...others] = revisions.map((drawn) => drawn.map(policyOf));
      let held = first;
      let set = compilePolicies(first, OPTIONS);
      for (const next of others) {
        const ids = new Set(next.map(({ document }) => document.metadata.id));
        const left = held.filter(({ document }, index) => index % 2 === 0 && !ids.has(document.metadata.id));
        const change = { gone: held.filter((policy) => !left.includes(policy)), come: next };
        const before = decisions(set);
        const amended = amendPolicies(set, change, OPTIONS);
        expect(decisions(set)).toEqual(before);
        held = [...left, ...next];
        set = amended;
        const anew = compilePolicies(held, OPTIONS);
        expect(amended.size).toBe(anew.size);
        expect(decisions(amended)).toEqual(decisions(anew));
      }
    }),
  );
});
