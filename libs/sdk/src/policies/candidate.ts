import { type LoadedBundle, loadPolicies } from './loaded-policies.js';
import { PoliciesRejectedError } from './policies.errors.js';
import type { PolicyBundle } from './policy-bundle.js';
import type { Position } from './policy-sync.js';

/** A bundle, ready to be put in force. */
export interface Candidate extends Position, LoadedBundle {}

/** @throws PoliciesRejectedError */
export function candidateOf(
  bundle: PolicyBundle,
  source: 'gateway' | 'snapshot',
  before?: LoadedBundle | null,
): Candidate {
  const { revision, epoch } = bundle;
  try {
    return { revision, epoch, bundle, loaded: loadPolicies(bundle, source, before) };
  } catch (error) {
    throw new PoliciesRejectedError(`revision ${revision} cannot be used: ${String(error)}`);
  }
}
