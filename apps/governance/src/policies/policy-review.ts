import { ownerOf, type OrganizationSettings, type Principal } from '@agion/wire';
import { ReviewRequiredError } from './policies.errors.js';
import type { PolicyDocument, PolicyRecord } from './policy-record.js';

/** The rule of an organization that has `policy_review: required`: what is in force changes by two people. */
export class PolicyReview {
  constructor(
    private readonly caller: Principal,
    private readonly setting: OrganizationSettings['policy_review'],
  ) {}

  /** A version that would count as soon as it is written. @throws ReviewRequiredError when that changes what is in force */
  beforeWriting(next: PolicyDocument, current: PolicyRecord | null): void {
    const changesForce = next.spec.status === 'active' || current?.document.spec.status === 'active';
    if (this.setting === 'required' && changesForce) throw new ReviewRequiredError(next.metadata.id, null);
  }

  /** A version that is to come into force, or to leave it. @throws ReviewRequiredError when the caller has written it */
  beforeDeciding({ id, version, createdBy }: PolicyRecord): void {
    if (this.setting === 'required' && createdBy === ownerOf(this.caller)) throw new ReviewRequiredError(id, version);
  }
}
