import { checkPolicy, checkTrials, type ContextSchemas, type PolicyTrial } from '@agion/policy-engine';
import type { InputFault } from '@agion/wire';
import { faultInSize } from './policy-input.js';
import type { PolicyDocument } from './policy-record.js';

export type Against = 'policy' | 'active';

/** What is to be tried, on what. There is a policy, or each test says who asks for which action. */
export interface PolicyTestRun {
  policy: PolicyDocument | null;
  tests: readonly PolicyTrial[];
  against: Against;
}

const MEMBERS = ['policy', 'tests', 'against'];

/** A body of `POST /policies/test`, or everything that is wrong with it. */
export function policyTestInput(body: unknown, schemas: ContextSchemas): PolicyTestRun | readonly InputFault[] {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    return [{ pointer: '', detail: 'must be an object' }];
  const {
    policy: given,
    tests: trials,
    against = given === undefined ? 'active' : 'policy',
  } = body as Record<string, unknown>;
  const { policy, faults } = given === undefined ? { policy: null, faults: [] } : checkedPolicy(given, schemas);
  const { tests, faults: testFaults } = checkedTests(trials, policy, given === undefined);
  const all = [...unknownIn(body), ...faults, ...againstFaults(against, given === undefined), ...testFaults];
  return all.length > 0 ? all : { policy, tests, against: against as Against };
}

const unknownIn = (body: object): InputFault[] =>
  Object.keys(body)
    .filter((name) => !MEMBERS.includes(name))
    .map((name) => ({ pointer: `/${name}`, detail: `is not known here; there are ${MEMBERS.join(', ')}` }));

function againstFaults(against: unknown, alone: boolean): InputFault[] {
  if (against !== 'policy' && against !== 'active')
    return [{ pointer: '/against', detail: 'must be one of `policy`, `active`' }];
  return against === 'policy' && alone ? [{ pointer: '/policy', detail: 'is missing' }] : [];
}

function checkedPolicy(
  given: unknown,
  schemas: ContextSchemas,
): { policy: PolicyDocument | null; faults: InputFault[] } {
  const tooLarge = faultInSize(given);
  const { policy, faults } = tooLarge ? { policy: null, faults: [tooLarge] } : checkPolicy(given, schemas);
  return { policy, faults: faults.map((fault) => ({ ...fault, pointer: `/policy${fault.pointer}` })) };
}

/** @param alone no policy is given, from whose scope agent and action could come */
function checkedTests(
  given: unknown,
  policy: PolicyDocument | null,
  alone: boolean,
): { tests: readonly PolicyTrial[]; faults: InputFault[] } {
  if (given === undefined) {
    const own = policy?.spec.tests ?? [];
    const none = alone ? 'is missing' : 'is missing: the policy brings none along';
    return { tests: own, faults: (alone || policy) && own.length === 0 ? [{ pointer: '/tests', detail: none }] : [] };
  }
  const { trials, faults } = checkTrials({ tests: given });
  return { tests: trials, faults: alone ? [...faults, ...trials.flatMap(namelessIn)] : faults };
}

function namelessIn({ input: { agent, action } }: PolicyTrial, position: number): InputFault[] {
  const missing = (name: string): InputFault[] => [
    { pointer: `/tests/${position}/input/${name}`, detail: 'is missing: there is no policy whose scope could say it' },
  ];
  const hasAgent = typeof agent === 'string' || typeof agent?.id === 'string';
  return [...(hasAgent ? [] : missing('agent')), ...(action === undefined ? missing('action') : [])];
}
