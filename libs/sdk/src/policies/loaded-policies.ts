import { type ActionRisk, amendPolicies, compilePolicies, type PolicySet } from '@agion/policy-engine';
import { differenceOf, type PolicyBundle } from './policy-bundle.js';
import { isRemote, RemotePolicies, takesPart } from './remote-policies.js';

/** What decisions are made by: never changed, replaced as a whole. */
export interface LoadedPolicies {
  readonly revision: number;
  readonly epoch: number;
  /** The kill switch is on: nothing is allowed. */
  readonly stopped: boolean;
  readonly defaultEffect: 'allow' | 'deny';
  readonly set: PolicySet;
  readonly remote: RemotePolicies;
  /** How risky actions are, as far as the platform has told; what is not there is high. */
  readonly risks?: ReadonlyMap<string, ActionRisk>;
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

/** A bundle, and what decisions are made by while it is in force. */
export interface LoadedBundle {
  readonly bundle: PolicyBundle;
  readonly loaded: LoadedPolicies;
}

/** With more changes than these, beginning anew costs less. */
const MOST_AMENDED = 64;

/**
 * Compiles a bundle. Documents that were in an earlier one are the same objects, and their conditions are not compiled again.
 *
 * @param before the one in force: where little has changed, the rest of it is not looked at again
 */
export function loadPolicies(
  bundle: PolicyBundle,
  source: 'gateway' | 'snapshot',
  before: LoadedBundle | null = null,
): LoadedPolicies {
  const { revision, epoch, stopped, defaultEffect } = bundle;
  return Object.freeze({
    revision,
    epoch,
    stopped,
    defaultEffect,
    ...((before && amended(bundle, before)) ?? anew(bundle)),
    risks: new Map(bundle.actions.map(({ name, risk }) => [name, risk])),
    source,
  });
}

type Compiled = Pick<LoadedPolicies, 'set' | 'remote'>;

function anew({ policies: bundled, revision, defaultEffect, actions }: PolicyBundle): Compiled {
  const policies = bundled.map(({ policy }) => policy);
  return {
    set: compilePolicies(policies.filter(takesPart), { revision, defaultEffect, actions }),
    remote: new RemotePolicies(policies),
  };
}

/** Null where much has changed. */
function amended(
  { policies, revision, defaultEffect, actions }: PolicyBundle,
  { bundle: before, loaded: { set, remote } }: LoadedBundle,
): Compiled | null {
  const change = differenceOf(before.policies, policies);
  const changed = [...change.gone, ...change.come];
  if (changed.length > MOST_AMENDED) return null;
  return {
    set: amendPolicies(
      set,
      { gone: change.gone.filter(takesPart), come: change.come.filter(takesPart) },
      { revision, defaultEffect, actions },
    ),
    remote: changed.some(isRemote) ? new RemotePolicies(policies.map(({ policy }) => policy)) : remote,
  };
}
