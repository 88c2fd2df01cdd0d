import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { evaluate, type PolicyRequest } from '@agion/policy-engine';
import { type LoadedPolicies, loadPolicies } from './loaded-policies.js';
import { changedBundle, differenceOf, type PolicyBundle, type SyncDocument, wholeBundle } from './policy-bundle.js';

const STATE = {
  epoch: 0,
  stopped: false,
  digest: '',
  default_effect: 'deny',
  actions: [],
  digest_signature: '',
} as const;
const NAMES = [...'abcdefgh'];
const CONDITIONS = [undefined, 'context.n < 3', 'agent.trust > 0.5', 'session.count > 1'];

interface Drawn {
  condition: string | undefined;
  effect: string;
  actions: string[];
  version: number;
}
const some: fc.Arbitrary<Drawn> = fc.record({
  condition: fc.constantFrom(...CONDITIONS),
  effect: fc.constantFrom('allow', 'deny'),
  actions: fc.constantFrom(['*'], ['read'], ['read', 'write']),
  version: fc.integer({ min: 1, max: 3 }),
});
/** By name: another policy, none any more, or as it was. */
const change = fc.dictionary(fc.constantFrom(...NAMES), fc.option(some));

const policyOf = (id: string, { condition, effect, actions, version }: Drawn): unknown => ({
  apiVersion: 'agion/v1',
  kind: 'Policy',
  metadata: { id },
  spec: {
    status: 'active',
    mode: 'enforce',
    priority: 500,
    tier: 'organization',
    scope: { agents: ['*'], actions, resources: ['*'] },
    effect,
    ...(condition !== undefined && { condition }),
  },
  version,
});

function delta(revision: number, drawn: Record<string, Drawn | null>): SyncDocument {
  const upserted = Object.entries(drawn).flatMap(([id, one]) => (one ? [policyOf(id, one)] : []));
  const removed = Object.keys(drawn).filter((id) => drawn[id] === null);
  return { ...STATE, revision, upserted, removed };
}

function decisions({ set, remote }: LoadedPolicies): unknown[] {
  return ['read', 'write', 'other'].flatMap((name) =>
    [1, 5].map((n) => {
      const request: PolicyRequest = {
        agent: { id: 'demo:echo', trust: 0.7 },
        action: { name },
        env: { mode: 'test' },
        arguments: {},
        context: { n },
        at: 0,
      };
      return [
        evaluate(set, request),
        remote.concern(request, () => true),
        remote.concern(request, (fact) => fact !== 'trust'),
      ];
    }),
  );
}

describe('a bundle after others', () => {
  test('decides as one that is loaded first, and leaves to the platform what that would', () => {
    fc.assert(
      fc.property(fc.array(change, { minLength: 2, maxLength: 5 }), (changes) => {
        let bundle: PolicyBundle = wholeBundle({ ...STATE, revision: 0, policies: [] });
        let loaded = loadPolicies(bundle, 'gateway');
        for (const [index, drawn] of changes.entries()) {
          const next = changedBundle(bundle, delta(index + 1, drawn));
          loaded = loadPolicies(next, 'gateway', { bundle, loaded });
          bundle = next;
          expect(loaded.revision).toBe(index + 1);
          expect(decisions(loaded)).toEqual(decisions(loadPolicies(bundle, 'gateway')));
        }
      }),
    );
  });

  test('shares the list of remote policies when none of them has changed', () => {
    const remote = policyOf('r', { condition: 'session.n > 1', effect: 'deny', actions: ['x'], version: 1 });
    const plain = { condition: undefined, effect: 'allow', actions: ['read'], version: 1 };
    const bundle = wholeBundle({ ...STATE, revision: 1, policies: [policyOf('p', plain), remote] });
    const loaded = loadPolicies(bundle, 'gateway');
    const next = changedBundle(bundle, delta(2, { p: { ...plain, actions: ['read'], version: 2 } }));
    expect(loadPolicies(next, 'gateway', { bundle, loaded }).remote).toBe(loaded.remote);
    expect(loadPolicies(changedBundle(bundle, delta(2, { r: null })), 'gateway', { bundle, loaded }).remote).not.toBe(
      loaded.remote,
    );
  });
});

test('a difference is of what is not the same object', () => {
  const bundle = wholeBundle({
    ...STATE,
    revision: 1,
    policies: ['a', 'c', 'd'].map((id) =>
      policyOf(id, { condition: undefined, effect: 'allow', actions: ['*'], version: 1 }),
    ),
  });
  const drawn = { condition: undefined, effect: 'deny', actions: ['*'], version: 2 };
  const next = changedBundle(bundle, delta(2, { b: drawn, c: drawn, d: null, e: drawn }));
  const { gone, come } = differenceOf(bundle.policies, next.policies);
  expect(gone.map(({ document }) => document.metadata.id)).toEqual(['c', 'd']);
  expect(come.map(({ document }) => document.metadata.id)).toEqual(['b', 'c', 'e']);
  expect(differenceOf(next.policies, next.policies)).toEqual({ gone: [], come: [] });
});
