import { describe, expect, test } from '@jest/globals';
import { checkPolicy, compilePolicies, evaluate, type PolicyDocument, type VersionedPolicy } from '../src/index.js';
import { requestOf } from './case-request.js';
import { actionsOf, documentOf, keptDocumentOf, policyCases, type CasePolicy } from './case-table.js';

function published(policy: CasePolicy): VersionedPolicy {
  const { policy: document, faults } = checkPolicy(documentOf(policy));
  if (policy.refused !== undefined) {
    expect(faults.map(({ detail }) => detail).join()).toContain(policy.refused);
    return { document: keptDocumentOf(policy) as unknown as PolicyDocument, version: 1 };
  }
  if (!document) throw new Error(`${policy.id}: ${JSON.stringify(faults)}`);
  return { document, version: 1 };
}

const cases = policyCases();

describe.each([...new Set(cases.map(({ group }) => group))])('%s', (group) => {
  test.each(cases.filter((one) => one.group === group))('$name', (one) => {
    const set = compilePolicies(one.policies.map(published), {
      ...{ revision: 1, defaultEffect: one.default },
      actions: actionsOf(one),
    });
    const decision = evaluate(set, requestOf(one));
    const told = {
      decision: decision.decision,
      winner: decision.winner?.policy ?? null,
      matched: decision.matched.map(({ policy }) => policy),
      errors: decision.errors.map(({ policy }) => policy),
      failing_terms: decision.failingTerms,
      reason: decision.reason,
      obligations: decision.obligations,
      shadow_decision: decision.shadowDecision ?? null,
      shadow_matched: decision.shadowMatched?.map(({ policy }) => policy) ?? [],
    };
    expect(told).toMatchObject(one.expect);
    expect(decision.allowed).toBe(decision.decision === 'allow');
  });
});

test('there are at least 150 cases, each a different sentence', () => {
  expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
  expect(cases.length).toBeGreaterThanOrEqual(150);
});

describe('conditions that somebody could well write, and that other engines find false', () => {
  const denies = cases.filter(({ group }) => group === 'plausible-denies');

  test('are the seven it began with and twenty more, at least, and every one denies though the default is to allow', () => {
    expect(denies.length).toBeGreaterThanOrEqual(27);
    for (const one of denies) expect(one).toMatchObject({ default: 'allow', expect: { decision: 'deny' } });
  });

  const erring = denies.filter(
    ({ policies, expect: { errors } }) => errors?.length && policies.every(({ condition }) => condition !== undefined),
  );
  test.each(erring)('$name; as an allow it does not allow', (one) => {
    const policies = one.policies.map((policy) => ({ ...policy, effect: 'allow' as const }));
    const kept = policies.map((policy) => ({
      document: keptDocumentOf(policy) as unknown as PolicyDocument,
      version: 1,
    }));
    const set = compilePolicies(kept, { revision: 1, defaultEffect: 'deny' });
    const decision = evaluate(set, requestOf(one));
    expect(decision).toMatchObject({ decision: 'deny', winner: null });
  });
});
