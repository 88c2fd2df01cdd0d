import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type ActionDefinition, checkContextSchema, checkPolicy, type VersionedPolicy } from '@agion/policy-engine';
import { AgentSets } from '../../apps/governance/src/policies/agent-sets.js';
import {
  actionsText,
  bundleOf,
  deltaOf,
  deltaText,
  wholeText,
} from '../../apps/governance/src/policies/policy-bundle.js';
import { sound } from '../../libs/sdk/src/policies/policies.client.js';
import {
  changedBundle,
  type PolicyBundle,
  type SyncDocument,
  wholeBundle,
} from '../../libs/sdk/src/policies/policy-bundle.js';
import { isSigned } from '../../libs/sdk/src/policies/policy-signature.js';

/** What one part of the platform writes and another reads: neither may hash or sign another text than the other. */
const OWNER = { organization: 'default', agentId: 'demo:echo' };
const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const NUMBERS = [1e21, -0, 0.1, 5e-324, Number.MAX_VALUE, 2 ** 53 + 2, 1e-7];

const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 12 });
const name = fc.oneof(fc.nat(20).map(String), text);
const value = fc.oneof(fc.constantFrom(...NUMBERS), fc.constant(null), fc.jsonValue({ stringUnit: 'binary' }));
const map = fc.dictionary(name, value, { maxKeys: 4, noNullPrototype: true });
const id = fc.constantFrom('a', 'a.b', 'a-b', 'a_b', 'a0', 'b', '0', '10', '9');

const document = fc.record(
  {
    version: fc.integer({ min: 1, max: 3 }),
    agents: fc.constantFrom(['*'], ['demo:*'], ['lab:*']),
    effect: fc.constantFrom('allow', 'deny'),
    title: text,
    message: text,
    labels: fc.dictionary(name, text, { maxKeys: 4, noNullPrototype: true }),
    context: map,
    arguments: map,
  },
  { requiredKeys: ['version', 'agents', 'effect'] },
);
const sets = fc.dictionary(id, document);
type Sets = typeof sets extends fc.Arbitrary<infer Drawn> ? Drawn : never;

/** As somebody may publish them; those that nobody may are left out. */
const policiesOf = (drawn: Sets): VersionedPolicy[] =>
  Object.entries(drawn)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .flatMap(([policyId, { version, agents, effect, title, message, labels, ...input }]) => {
      const { policy } = checkPolicy({
        apiVersion: 'agion/v1',
        kind: 'Policy',
        metadata: { id: policyId, ...(title !== undefined && { name: title }), ...(labels && { labels }) },
        spec: {
          scope: { agents, actions: ['*'] },
          effect,
          ...(message !== undefined && { message }),
          tests: [{ name: 'one', input, expect: effect }],
        },
      });
      return policy ? [{ document: policy, version }] : [];
    });

const actions = fc
  .array(fc.record({ title: text, members: fc.uniqueArray(name, { maxLength: 3 }), values: fc.array(text) }), {
    maxLength: 3,
  })
  .map((drawn) =>
    drawn.map(({ title, members, values }, index): ActionDefinition => {
      const properties = Object.fromEntries(members.map((member) => [member, { type: 'string', enum: values }]));
      const { schema } = checkContextSchema({ type: 'object', title, properties });
      return { name: `action-${index}`, risk: 'low', contextSchema: schema };
    }),
  );

const received = (body: string): SyncDocument => JSON.parse(Buffer.from(body).toString()) as SyncDocument;
const accepted = (bundle: PolicyBundle): PolicyBundle => {
  const found = sound(bundle);
  if (!found) throw new Error('the digest does not fit');
  expect(isSigned(OWNER, found, [publicKey])).toBe(true);
  return found;
};

describe('what governance digests and signs', () => {
  test('is what an agent digests and verifies, whole, by what has changed, and from its disk', () => {
    let seen = 0;
    fc.assert(
      fc.property(sets, sets, actions, (before, after, known) => {
        const state = { revision: 7, epoch: 2, stopped: false, defaultEffect: 'deny' as const };
        const [then, now] = [before, after].map((drawn) => new AgentSets(policiesOf(drawn)).of(OWNER.agentId));
        if (!then || !now) throw new Error('nothing was drawn');
        const [older, newer] = [then, now].map((set) => bundleOf(OWNER, state, set, privateKey, actionsText(known)));
        if (!older || !newer) throw new Error('nothing was signed');
        const held = accepted(wholeBundle(received(wholeText(older).text)));
        const whole = accepted(wholeBundle(received(wholeText(newer).text)));
        expect(whole.policies.map((policy) => policy.text)).toEqual(now.policies.map((policy) => policy.text));

        const had = new Map(then.policies.map((policy) => [policy.id, policy]));
        const ids = new Set([...had.keys(), ...now.policies.map((policy) => policy.id)]);
        // A version is one text for ever; here another one may have been drawn for it.
        const versions = [...ids].map((one): [string, number | null] => {
          const isSame = now.find(one)?.text === had.get(one)?.text;
          return [one, isSame ? (had.get(one)?.version ?? null) : had.has(one) ? 0 : null];
        });
        const delta = deltaOf(new Map(versions), now);
        const changed = accepted(changedBundle(held, received(deltaText(newer, 6, delta).text)));
        expect(changed.policies.map((policy) => policy.text)).toEqual(whole.policies.map((policy) => policy.text));

        const policies = JSON.parse(`[${changed.policies.map((policy) => policy.text).join()}]`) as unknown[];
        const kept = { ...received(wholeText(newer).text), policies };
        expect(accepted(wholeBundle(kept)).digest).toBe(newer.set.digest);
        seen += now.policies.length;
      }),
      { numRuns: 300 },
    );
    expect(seen).toBeGreaterThan(300);
  });
});
