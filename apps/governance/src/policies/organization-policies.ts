import { amendPolicies, compilePolicies, type PolicySet, type VersionedPolicy } from '@agion/policy-engine';
import type { VersionedAction } from '../actions/action-definitions.store.js';
import type { PolicyState } from './policy-record.js';

/** What is in force in an organization: compiled, and never changed. The next revision is another object. */
export interface OrganizationPolicies extends Readonly<PolicyState> {
  readonly set: PolicySet;
  /** Sorted by id, by code unit. A version is the same object in each revision that has it. */
  readonly policies: readonly VersionedPolicy[];
  /** Sorted by name. A version is the same object in each revision that has it. */
  readonly actions: readonly VersionedAction[];
}

const idOf = ({ document }: VersionedPolicy): string => document.metadata.id;

/** Names a version. */
export const nameOf = (policy: VersionedPolicy): string => `${idOf(policy)} ${policy.version}`;

/** @param policies sorted by id */
export function compiled(
  state: PolicyState,
  policies: readonly VersionedPolicy[],
  actions: readonly VersionedAction[] = [],
): OrganizationPolicies {
  const { revision, defaultEffect } = state;
  const set = compilePolicies(policies, { revision, defaultEffect, actions });
  return Object.freeze({ ...state, policies, actions, set });
}

/**
 * What follows from a change, compiling no more than what has come.
 * @param changed by id the version in force now, null where none is; `come`: those versions
 * @throws Error when one of them is missing
 */
export function amended(
  before: OrganizationPolicies,
  state: PolicyState,
  changed: ReadonlyMap<string, number | null>,
  come: readonly VersionedPolicy[],
  actions: readonly VersionedAction[] = [],
): OrganizationPolicies {
  const { revision, defaultEffect } = state;
  const gone = before.policies.filter((policy) => changed.has(idOf(policy)));
  const had = new Map(gone.map((policy) => [nameOf(policy), policy]));
  const found = new Map(come.map((policy) => [nameOf(policy), had.get(nameOf(policy)) ?? policy]));
  const wanted = [...changed].flatMap(([id, version]) => (version === null ? [] : [`${id} ${version}`])).sort();
  const next = wanted.map((name) => {
    const policy = found.get(name);
    if (!policy) throw new Error(`version \`${name}\` of a policy is missing`);
    return policy;
  });
  return Object.freeze({
    ...state,
    policies: merged(before.policies, changed, next),
    actions,
    set: amendPolicies(before.set, { gone, come: next }, { revision, defaultEffect, actions }),
  });
}

function merged(
  policies: readonly VersionedPolicy[],
  changed: ReadonlyMap<string, unknown>,
  come: readonly VersionedPolicy[],
): VersionedPolicy[] {
  const sorted = [...come].sort((one, other) => (idOf(one) < idOf(other) ? -1 : 1));
  const result: VersionedPolicy[] = [];
  let next = 0;
  for (const policy of policies) {
    if (changed.has(idOf(policy))) continue;
    for (let one = sorted[next]; one && idOf(one) < idOf(policy); one = sorted[++next]) result.push(one);
    result.push(policy);
  }
  return [...result, ...sorted.slice(next)];
}
