import { compilePolicies, type PolicySet } from '@agion/policy-engine';
import type { PolicyBundle } from './policy-bundle.js';
import { RemotePolicies } from './remote-policies.js';

/** What decisions are made by: never changed, replaced as a whole. */
export interface LoadedPolicies {
  readonly revision: number;
  readonly epoch: number;
  /** The kill switch is on: nothing is allowed. */
  readonly stopped: boolean;
  readonly defaultEffect: 'allow' | 'deny';
  readonly set: PolicySet;
  readonly remote: RemotePolicies;
  readonly source: 'gateway' | 'snapshot' | 'none';
}

/** Before any have been loaded: nothing is allowed. */
export const NO_POLICIES: LoadedPolicies = Object.freeze({
  revision: 0,
  epoch: 0,
  stopped: false,
  defaultEffect: 'deny',
  set: compilePolicies([], { revision: 0, defaultEffect: 'deny' }),
  remote: new RemotePolicies([]),
  source: 'none',
});

/** Compiles a bundle. Documents that were in an earlier one are the same objects, and their conditions are not compiled again. */
export function loadPolicies(bundle: PolicyBundle, source: 'gateway' | 'snapshot'): LoadedPolicies {
  const { revision, epoch, stopped, defaultEffect } = bundle;
  const policies = bundle.policies.map(({ policy }) => policy);
  return Object.freeze({
    revision,
    epoch,
    stopped,
    defaultEffect,
    set: compilePolicies(policies, { revision, defaultEffect }),
    remote: new RemotePolicies(policies),
    source,
  });
}
