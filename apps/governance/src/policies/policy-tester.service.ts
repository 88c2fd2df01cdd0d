import { compilePolicies, type PolicyTestResult, runPolicyTests, runTests } from '@agion/policy-engine';
import { requireRole, ValidationFailedError } from '@agion/service-kit';
import type { Principal } from '@agion/wire';
import { Injectable } from '@nestjs/common';
import { schemasOf } from '../actions/action-record.js';
import { type Against, policyTestInput } from './policy-test-input.js';
import { asEnforced } from './policy-record.js';
import { PolicySnapshots } from './policy-snapshots.service.js';

export interface PolicyTestReport {
  against: Against;
  /** Of the policies in force; null when they were not asked. */
  revision: number | null;
  results: PolicyTestResult[];
}

/** Tries policies on requests that nobody makes. Nothing of it is kept. */
@Injectable()
export class PolicyTester {
  constructor(private readonly snapshots: PolicySnapshots) {}

  /** @throws ValidationFailedError with every fault, ForbiddenError */
  async run(caller: Principal, body: unknown): Promise<PolicyTestReport> {
    requireRole(caller, 'viewer');
    const { revision, defaultEffect, policies, actions, set } = await this.snapshots.newest(caller.organization);
    const run = policyTestInput(body, schemasOf(actions));
    if (!('tests' in run)) throw new ValidationFailedError([...run]);
    const { policy, tests, against } = run;
    if (against === 'policy' && policy) return { against, revision: null, results: runPolicyTests(policy, tests) };
    if (!policy) return { against, revision, results: runTests(set, tests) };
    const others = policies.filter(({ document }) => document.metadata.id !== policy.metadata.id);
    const candidate = { document: asEnforced(policy), version: 0 };
    const changed = compilePolicies([...others, candidate], { revision, defaultEffect, actions });
    return { against, revision, results: runTests(changed, tests, policy.spec.scope) };
  }
}
