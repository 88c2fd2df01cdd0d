import { describe, expect, test } from '@jest/globals';
import { checkPolicy, compilePolicies, evaluate, type PolicyRequest, type VersionedPolicy } from '../src/index.js';
import { documentOf, policyCases, type CasePolicy, type PolicyCase } from './case-table.js';

const USUAL_TIME = '2026-03-04T12:00:00Z';

function published(policy: CasePolicy): VersionedPolicy {
  const { policy: document, faults } = checkPolicy(documentOf(policy));
  if (!document) throw new Error(`${policy.id}: ${JSON.stringify(faults)}`);
  return { document, version: 1 };
}

function requestOf({ request, facts }: PolicyCase): PolicyRequest {
  const { agent, action, resource, mission } = request;
  const { trust, risk, mode, user, now, ...known } = facts;
  return {
    agent: { id: agent, ...known, ...(typeof trust === 'number' && { trust }) },
    action: { name: action, ...(risk !== undefined && { risk }) },
    ...(resource !== undefined && { resource: { name: resource } }),
    ...(mission !== undefined && { mission: { id: mission } }),
    ...(user && { user }),
    env: { mode: mode ?? 'test' },
    arguments: request.arguments,
    context: request.context,
    at: now === null ? Number.NaN : Date.parse(now ?? USUAL_TIME),
  };
}

const cases = policyCases();

describe.each([...new Set(cases.map(({ group }) => group))])('%s', (group) => {
  test.each(cases.filter((one) => one.group === group))('$name', (one) => {
    const set = compilePolicies(one.policies.map(published), { revision: 1, defaultEffect: one.default });
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
