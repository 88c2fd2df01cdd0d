import { describe, expect, it } from '@jest/globals';
import { canMatchAgent, type VersionedPolicy } from '@agion/policy-engine';
import fc from 'fast-check';
import { AgentSets } from './agent-sets.js';
import { amended, compiled } from './organization-policies.js';
import { digestOf, hashOf } from './policy-bundle.js';

const AGENTS = ['demo:echo', 'demo:other', 'lab:echo', 'lone', 'x:y'];
const GLOBS = ['*', 'demo:*', 'demo:echo', 'lab:*', 'lone', '*:echo', 'd*o:e*', 'x:y', 'nobody:*'];

const policyOf = (id: string, version: number, agents: string[]): VersionedPolicy => ({
  version,
  document: {
    apiVersion: 'agion/v1',
    kind: 'Policy',
    metadata: { id },
    spec: {
      status: 'active',
      mode: 'enforce',
      priority: 500,
      tier: 'organization',
      scope: { agents, actions: ['*'], resources: ['*'] },
      effect: 'deny',
    },
  },
});
const policies = fc
  .uniqueArray(
    fc.tuple(
      fc.constantFrom(...'abcdefghij'),
      fc.integer({ min: 1, max: 3 }),
      fc.uniqueArray(fc.constantFrom(...GLOBS), { minLength: 1, maxLength: 3 }),
    ),
    { selector: ([id]) => id },
  )
  .map((drawn) =>
    drawn.map((one) => policyOf(...one)).sort((a, b) => (a.document.metadata.id < b.document.metadata.id ? -1 : 1)),
  );

const namesFor = (all: readonly VersionedPolicy[], agentId: string): string[] =>
  all
    .filter(({ document }) => canMatchAgent(document, agentId))
    .map(({ document, version }) => `${document.metadata.id} ${version}`);

const state = (revision: number) => ({ revision, epoch: 0, stopped: false, defaultEffect: 'deny' as const });

describe('the policies of a revision by agents', () => {
  it('are those that can match each of them, whatever was there before', () => {
    fc.assert(
      fc.property(fc.array(policies, { minLength: 1, maxLength: 4 }), (revisions) => {
        let sets: AgentSets | undefined;
        for (const all of revisions) {
          sets = new AgentSets(all, sets);
          for (const agentId of AGENTS) {
            const set = sets.of(agentId);
            expect(set.policies.map(({ id, version }) => `${id} ${version}`)).toEqual(namesFor(all, agentId));
            expect([set.hash, set.digest]).toEqual([hashOf(set.policies), digestOf(set.policies)]);
            for (const { id } of set.policies) expect(set.find(id)?.id).toBe(id);
            expect(set.find('nothing')).toBeUndefined();
          }
        }
      }),
    );
  });

  it('are one object for all agents in the same scopes, also after a change that does not concern them', () => {
    const kept = policyOf('a', 1, ['demo:*']);
    const before = new AgentSets([kept, policyOf('b', 1, ['lab:*'])]);
    const set = before.of('demo:echo');
    expect(before.of('demo:other')).toBe(set);
    expect(before.of('lab:echo')).not.toBe(set);
    const after = new AgentSets([kept, policyOf('b', 2, ['lab:*'])], before);
    expect(after.of('demo:third')).toBe(set);
    expect(after.of('lab:echo').policies).toMatchObject([{ id: 'b', version: 2 }]);
  });
});

it('a snapshot that follows changes is what would be loaded anew', () => {
  fc.assert(
    fc.property(policies, policies, (first, second) => {
      const before = compiled(state(1), first);
      const now = new Map(second.map((policy) => [policy.document.metadata.id, policy.version]));
      const ids = new Set([...first.map(({ document }) => document.metadata.id), ...now.keys()]);
      const changed = new Map([...ids].map((id) => [id, now.get(id) ?? null]));
      const after = amended(before, state(2), changed, second);
      const names = (all: readonly VersionedPolicy[]): string[] =>
        all.map(({ document, version }) => `${document.metadata.id} ${version}`);
      expect(names(after.policies)).toEqual(names(second));
      expect(after.set.size).toBe(second.length);
      expect(after.revision).toBe(2);
    }),
  );
});
