import { expect, test } from '@jest/globals';
import { checkPolicy, runPolicyTests } from './index.js';

function resultsOf(spec: Record<string, unknown>): string[] {
  const { policy, faults } = checkPolicy({
    apiVersion: 'agion/v1',
    kind: 'Policy',
    metadata: { id: 'p' },
    spec: { scope: { agents: ['demo:*'], actions: ['send_email'] }, ...spec },
  });
  if (!policy) throw new Error(JSON.stringify(faults));
  return runPolicyTests(policy).map(
    ({ name, passed, actual }) => `${name}: ${actual}, ${passed ? 'passed' : 'failed'}`,
  );
}

test('a deny is tested against "allowed unless denied", drafts too', () => {
  const tests = [
    { name: 'big', input: { context: { amount: 600 } }, expect: 'deny' },
    { name: 'small', input: { context: { amount: 5 } }, expect: 'allow' },
    { name: 'no amount', input: {}, expect: 'allow' },
  ];
  expect(resultsOf({ status: 'draft', effect: 'deny', condition: 'context.amount > 500', tests })).toEqual([
    'big: deny, passed',
    'small: allow, passed',
    'no amount: deny, failed',
  ]);
});

test('an allow is tested against "denied unless allowed"', () => {
  const condition = 'agent.trust >= 0.7 && user.role == "operator" && now.getHours() < 17 && resource.name == "crm"';
  const input = {
    agent: { trust: 0.9 },
    user: { id: 'u', role: 'operator', groups: [] },
    now: '2026-03-04T12:00:00Z',
    resource: 'crm',
  };
  const tests = [
    { name: 'all there', input, expect: 'allow' },
    { name: 'too late', input: { ...input, now: '2026-03-04T18:00:00Z' }, expect: 'deny' },
    { name: 'another agent', input: { ...input, agent: { id: 'lab:echo', trust: 0.9 } }, expect: 'deny' },
    { name: 'another action', input: { ...input, action: 'delete_email' }, expect: 'deny' },
    { name: 'no time', input: { ...input, now: undefined }, expect: 'deny' },
  ];
  expect(resultsOf({ effect: 'allow', condition, tests })).toEqual([
    'all there: allow, passed',
    'too late: deny, passed',
    'another agent: deny, passed',
    'another action: deny, passed',
    'no time: deny, passed',
  ]);
});
