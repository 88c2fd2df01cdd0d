import { compilePolicies } from './compile.js';
import type { PolicyRequest } from './decision.js';
import { evaluate } from './evaluate.js';
import type { PolicyDocument, PolicyEffect, PolicyTest, PolicyTestInput } from './policy.js';

export interface PolicyTestResult {
  name: string;
  passed: boolean;
  expected: PolicyEffect;
  actual: PolicyEffect;
  reason: string;
}

/**
 * Runs the tests a policy brings along, as if it was the only one and active. What it does not match gets the opposite of its effect, so
 * that an allow is tested against "denied unless allowed" and a deny against "allowed unless denied".
 */
export function runPolicyTests(document: PolicyDocument): PolicyTestResult[] {
  const { spec } = document;
  const active: PolicyDocument = { ...document, spec: { ...spec, status: 'active' } };
  const set = compilePolicies([{ document: active, version: 0 }], {
    revision: 0,
    defaultEffect: spec.effect === 'allow' ? 'deny' : 'allow',
  });
  return (spec.tests ?? []).map((test) => {
    const { decision, reason, errors } = evaluate(set, requestOf(test, document));
    const detail = errors[0]?.detail;
    return {
      name: test.name,
      passed: decision === test.expect,
      expected: test.expect,
      actual: decision,
      reason: detail === undefined ? reason : `${reason} (${detail})`,
    };
  });
}

/** The agent and action of a test that names none: what the first pattern of the scope says, without stars. */
function requestOf({ input }: PolicyTest, { spec }: PolicyDocument): PolicyRequest {
  return {
    agent: agentOf(input, withoutStars(spec.scope.agents[0])),
    action: actionOf(input, withoutStars(spec.scope.actions[0])),
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
