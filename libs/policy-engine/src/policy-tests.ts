import { compilePolicies, type PolicySet } from './compile.js';
import type { PolicyDecision, PolicyRequest } from './decision.js';
import { evaluate } from './evaluate.js';
import type { PolicyDocument, PolicyEffect, PolicyScope, PolicyTestInput, PolicyTrial } from './policy.js';

export interface PolicyTestResult {
  name: string;
  /** null when nothing was expected. */
  passed: boolean | null;
  expected: PolicyEffect | null;
  actual: PolicyEffect;
  /** With the first error, if there was one. */
  reason: string;
  decision: PolicyDecision;
}

/**
 * Runs tests against a policy as if it was the only one, active and enforced, its own unless others are given. What it does not match gets the
 * opposite of its effect, so that an allow is tested against "denied unless allowed" and a deny against "allowed unless denied".
 */
export function runPolicyTests(
  document: PolicyDocument,
  tests: readonly PolicyTrial[] = document.spec.tests ?? [],
): PolicyTestResult[] {
  const { spec } = document;
  const active: PolicyDocument = { ...document, spec: { ...spec, status: 'active', mode: 'enforce' } };
  const set = compilePolicies([{ document: active, version: 0 }], {
    revision: 0,
    defaultEffect: spec.effect === 'allow' ? 'deny' : 'allow',
  });
  return runTests(set, tests, spec.scope);
}

/** @param scope where agent and action of a test that names none come from: its first patterns, without stars */
export const runTests = (set: PolicySet, tests: readonly PolicyTrial[], scope?: PolicyScope): PolicyTestResult[] =>
  tests.map(({ name, input, expect }) => {
    const decision = evaluate(set, requestOf(input, scope));
    const detail = decision.errors[0]?.detail;
    return {
      name,
      passed: expect === undefined ? null : decision.decision === expect,
      expected: expect ?? null,
      actual: decision.decision,
      reason: detail === undefined ? decision.reason : `${decision.reason} (${detail})`,
      decision,
    };
  });

function requestOf(input: PolicyTestInput, scope: PolicyScope | undefined): PolicyRequest {
  return {
    agent: agentOf(input, withoutStars(scope?.agents[0])),
    action: actionOf(input, withoutStars(scope?.actions[0])),
    ...(input.resource !== undefined && { resource: named(input.resource) }),
    ...(input.user && { user: { ...input.user, groups: input.user.groups ?? [] } }),
    ...(input.mission && { mission: input.mission }),
    env: input.env ?? { mode: 'test' },
    arguments: input.arguments ?? {},
    context: input.context ?? {},
    at: input.now === undefined ? Number.NaN : Date.parse(input.now),
  };
}

function agentOf({ agent }: PolicyTestInput, usual: string): PolicyRequest['agent'] {
  return typeof agent === 'string' ? { id: agent } : { id: usual, ...agent };
}

function actionOf({ action }: PolicyTestInput, usual: string): PolicyRequest['action'] {
  if (action === undefined) return { name: usual };
  return typeof action === 'string' ? { name: action } : action;
}

const named = (value: string | { name: string }): { name: string } =>
  typeof value === 'string' ? { name: value } : value;

const withoutStars = (glob: string | undefined): string => (glob ?? '*').replaceAll('*', 'test');
