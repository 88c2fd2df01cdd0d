import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { aSyncedPolicy } from '../../test/signed-policies.js';
import { changedBundle, inCanonicalForm, type SyncDocument, wholeBundle } from './policy-bundle.js';
import { statedDigest } from './policy-digest.js';

const STATE = {
  revision: 1,
  epoch: 0,
  stopped: false,
  digest: '',
  actions: [],
  digest_signature: '',
  default_effect: 'deny' as const,
};

/** Versions of policies by their ids. */
type Set = Readonly<Record<string, number>>;

/** As the platform sends them, in RFC 8785 form. */
const documentsOf = (set: Set): unknown[] =>
  Object.entries(set).map(([id, version]) =>
    JSON.parse(canonicalize(aSyncedPolicy({ id, version, condition: `context.x == ${version}.0` })) ?? ''),
  );

/** As docs/journeys/03-policy-update.md has it. */
function digestByWordsOf(policies: unknown[]): string {
  const texts = policies.map((policy) => canonicalize(policy) ?? '');
  const sorted = texts.toSorted((a, b) => (JSON.parse(a).metadata.id < JSON.parse(b).metadata.id ? -1 : 1));
  const all = createHash('sha256');
  for (const text of sorted) all.update(createHash('sha256').update(text).digest());
  return `sha256:${all.digest('hex')}`;
}

const sets = fc.dictionary(fc.stringMatching(/^[a-z0-9._-]{1,3}$/), fc.integer({ min: 1, max: 3 }), { maxKeys: 30 });
/** Of so few ids that two of them have many in common, and have them side by side. */
const few = fc.dictionary(fc.constantFrom('a', 'a.b', 'a-b', 'a0', 'b', 'c'), fc.integer({ min: 1, max: 3 }));

describe('a bundle', () => {
  it('is after changes what it would be read whole, in whatever order they come', () => {
    fc.assert(
      fc.property(sets, sets, fc.func(fc.integer()), (before, after, order) => {
        const changed = Object.fromEntries(Object.entries(after).filter(([id, version]) => before[id] !== version));
        const upserted = documentsOf(changed).sort((a, b) => order(a) - order(b));
        const removed = Object.keys(before).filter((id) => !(id in after));
        const held = wholeBundle({ ...STATE, policies: documentsOf(before) });
        const bundle = changedBundle(held, { ...STATE, upserted, removed });
        const whole = wholeBundle({ ...STATE, policies: documentsOf(after) });
        expect(bundle).toEqual(whole);
        expect(statedDigest(bundle.digests)).toBe(digestByWordsOf(documentsOf(after)));
      }),
      { numRuns: 300 },
    );
  });

  it('is that too when policies only come and change', () => {
    fc.assert(
      fc.property(few, few, (before, come) => {
        const held = wholeBundle({ ...STATE, policies: documentsOf(before) });
        const bundle = changedBundle(held, { ...STATE, upserted: documentsOf(come), removed: [] });
        expect(bundle).toEqual(wholeBundle({ ...STATE, policies: documentsOf({ ...before, ...come }) }));
      }),
      { numRuns: 300 },
    );
  });

  it('holds what was hashed, not a number that JavaScript cannot hold and would write as null', () => {
    const sent = (value: string): unknown[] => {
      const policy = JSON.stringify(aSyncedPolicy({ id: 'a', version: 2 }));
      return [JSON.parse(policy.replace('"spec":{', `"spec":{"later":${value},`))];
    };
    const held = wholeBundle({ ...STATE, policies: documentsOf({ a: 1 }) });
    for (const value of ['1e400', 'null']) {
      const whole = wholeBundle({ ...STATE, policies: sent(value) });
      const changed = changedBundle(held, { ...STATE, upserted: sent(value), removed: [] });
      for (const { policies } of [whole, changed])
        expect(policies[0]?.policy.document.spec).toMatchObject({ later: null });
    }
  });

  it('keeps what has not changed as the same object, so that it is not compiled again', () => {
    const held = wholeBundle({ ...STATE, policies: documentsOf({ a: 1, b: 1, c: 1 }) });
    const bundle = changedBundle(held, { ...STATE, upserted: documentsOf({ b: 2 }), removed: ['c'] });
    expect(bundle.policies[0]).toBe(held.policies[0]);
    expect(bundle.policies.map(({ policy }) => policy.version)).toEqual([1, 2]);
    expect(changedBundle(held, { ...STATE, upserted: [], removed: [] }).policies).toBe(held.policies);
  });

  it('keeps it too where others have to be put in canonical form', () => {
    const tests = [{ name: 't', input: { context: { 10: 1, 9: 2 } }, expect: 'allow' }];
    const policies = [aSyncedPolicy({ id: 'a', tests }), ...documentsOf({ b: 1 })];
    const bundle = wholeBundle({ ...STATE, policies });
    const canonical = inCanonicalForm(bundle);
    expect(statedDigest(canonical.digests)).toBe(digestByWordsOf(policies));
    expect(statedDigest(bundle.digests)).not.toBe(digestByWordsOf(policies));
    expect(canonical.policies[0]?.policy).toBe(bundle.policies[0]?.policy);
    expect(canonical.policies[1]).toBe(bundle.policies[1]);
    expect(inCanonicalForm(canonical).policies[0]).toBe(canonical.policies[0]);
  });

  it('shares what has changed with other agents of the process', () => {
    const [one, other] = ([{ a: 1 }, { a: 1, b: 1 }] as Set[]).map((set) =>
      changedBundle(wholeBundle({ ...STATE, policies: documentsOf(set) }), {
        ...STATE,
        upserted: documentsOf({ a: 2 }),
        removed: [],
      }),
    );
    expect(one?.policies[0]).toBe(other?.policies[0]);
  });

  it.each([
    ['nothing', null],
    ['a page', { items: [] }],
    ['no revision', { ...STATE, revision: undefined, policies: [] }],
    ['no digest', { ...STATE, digest: undefined, policies: [] }],
    ['no signature of it', { ...STATE, digest_signature: undefined, policies: [] }],
    ['no actions', { ...STATE, actions: undefined, policies: [] }],
    ['a revision that is no count', { ...STATE, revision: -1, policies: [] }],
    ['a default that is none', { ...STATE, default_effect: 'maybe', policies: [] }],
    ['policies that are none', { ...STATE, policies: [{}] }],
    ['a policy without a version', { ...STATE, policies: [{ ...aSyncedPolicy({ id: 'a' }), version: undefined }] }],
    [
      'a scope of numbers',
      {
        ...STATE,
        policies: [{ metadata: { id: 'a' }, version: 1, spec: { scope: { agents: [1], actions: [], resources: [] } } }],
      },
    ],
  ])('is not read out of %s', (_, document) => {
    expect(() => wholeBundle(document as SyncDocument)).toThrow();
  });
});
