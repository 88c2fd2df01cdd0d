import {
  auditEntry,
  CrashPoints,
  etagOf,
  ForbiddenError,
  isBasedOn,
  LOGGER,
  OrganizationDirectory,
  OutboxPublisher,
  requireRole,
  ValidationFailedError,
} from '@agion/service-kit';
import { hasRole, ownerOf, type Principal } from '@agion/wire';
import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import { schemasOf } from '../actions/action-record.js';
import { AgentPoliciesPublisher } from './agent-policies.publisher.js';
import { PolicyChangedError } from './policies.errors.js';
import { type PolicyChange, PolicyChangesStore, type PolicyTarget } from './policy-changes.store.js';
import { concerned, toPolicyDto } from './policy-documents.js';
import { policyInput } from './policy-input.js';
import type { PolicyDocument, PolicyRecord } from './policy-record.js';
import { PolicyReview } from './policy-review.js';
import { PolicySnapshots } from './policy-snapshots.service.js';
import { PolicyUpdatesPublisher } from './policy-updates.publisher.js';

export interface PolicyUpdate {
  /** As it was sent. */
  body: unknown;
  /** `If-Match`, as it came. */
  ifMatch: string | undefined;
  activate: boolean;
}

/** Changes of policies by people. Each is committed with its revision and its fact, then in force here, then announced once. */
@Injectable()
export class PolicyEditor {
  constructor(
    private readonly store: PolicyChangesStore,
    private readonly snapshots: PolicySnapshots,
    private readonly updates: PolicyUpdatesPublisher,
    private readonly agents: AgentPoliciesPublisher,
    private readonly outbox: OutboxPublisher,
    private readonly directory: OrganizationDirectory,
    private readonly crashPoints: CrashPoints,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** @throws ValidationFailedError with every fault, ForbiddenError, PolicyExistsError, QuotaExceededError */
  async create(caller: Principal, body: unknown): Promise<PolicyRecord> {
    requireRole(caller, 'operator');
    const { document } = await this.accept(caller, body);
    requireTier(caller, document);
    this.reviewOf(caller).beforeWriting(document, null);
    const target = targetOf(caller, document.metadata.id, 'created');
    const { policies: most } = this.directory.settingsOf(caller.organization.slug).quotas;
    return this.announced(caller, await this.store.create(target, document, { createdBy: ownerOf(caller), most }));
  }

  /** Makes the next version. @throws the same, PolicyNotFoundError, PolicyArchivedError, PolicyChangedError */
  async update(caller: Principal, id: string, { body, ifMatch, activate }: PolicyUpdate): Promise<PolicyRecord> {
    requireRole(caller, 'operator');
    const { document, basedOn } = await this.accept(caller, body, id);
    requireTier(caller, document);
    const next = { document, createdBy: ownerOf(caller), activate };
    const review = this.reviewOf(caller);
    const change = await this.store.update(targetOf(caller, id, 'changed'), next, (current) => {
      requireTier(caller, current.document);
      const isSame = isBasedOn(ifMatch, etagOf(JSON.stringify(toPolicyDto(current))));
      if (!isSame || (basedOn !== undefined && basedOn !== current.version))
        throw new PolicyChangedError(id, current.version);
      if (activate) review.beforeWriting(document, current);
    });
    return this.announced(caller, change);
  }

  /** Puts a version in force, whatever its document says of its status. @throws PolicyVersionNotFoundError and the like */
  async activate(caller: Principal, id: string, version: number): Promise<PolicyRecord> {
    requireRole(caller, 'operator');
    const review = this.reviewOf(caller);
    const change = await this.store.activate(targetOf(caller, id, 'activated'), version, (record) => {
      requireTier(caller, record.document);
      if (record.version === version) review.beforeDeciding(record);
    });
    return this.announced(caller, change);
  }

  /** Takes it out of force for good. @throws PolicyNotFoundError, ForbiddenError */
  async archive(caller: Principal, id: string): Promise<void> {
    requireRole(caller, 'operator');
    const review = this.reviewOf(caller);
    const change = await this.store.archive(targetOf(caller, id, 'archived'), (record) => {
      requireTier(caller, record.document);
      if (record.document.spec.status === 'active') review.beforeDeciding(record);
    });
    await this.announced(caller, change);
  }

  /** By what the organization has chosen; the store asks it with the policies locked. */
  private reviewOf(caller: Principal): PolicyReview {
    return new PolicyReview(caller, this.directory.settingsOf(caller.organization.slug).policy_review);
  }

  /** The document of a body, to be created or to follow one. @throws ValidationFailedError with every fault */
  async accept(
    { organization }: Principal,
    body: unknown,
    id?: string,
  ): Promise<{ document: PolicyDocument; basedOn: number | undefined }> {
    const { actions } = await this.snapshots.of(organization);
    const input = policyInput(body, id, schemasOf(actions));
    if (input.document === null) throw new ValidationFailedError([...input.faults]);
    return input;
  }

  private async announced(
    { organization }: Principal,
    { policy, before, revision }: PolicyChange,
  ): Promise<PolicyRecord> {
    this.crashPoints.reach('after_policy_commit');
    this.outbox.nudge();
    if (revision === null) return policy;
    try {
      await this.snapshots.refresh(organization);
    } catch (error) {
      // It is committed: the next look at the revision makes up for it.
      this.logger.warn({ err: error, organization: organization.slug }, 'policies could not be loaded after a change');
    }
    await this.updates.changed(organization.slug, revision, concerned(before?.document, policy.document));
    void this.agents.changed(organization);
    return policy;
  }
}

/** @throws ForbiddenError unless the caller may write policies of this tier */
function requireTier(caller: Principal, { spec }: PolicyDocument): void {
  if (spec.tier === 'platform') throw new ForbiddenError('policies of the tier `platform` belong to the installation');
  if (spec.tier !== 'organization' || hasRole(caller, 'admin')) return;
  throw new ForbiddenError(
    '`/spec/tier` is `organization`, as it is when nothing is said: such a policy needs the role `admin`',
    'write it with `tier: agent`, which an operator may, or ask an admin',
  );
}

function targetOf(caller: Principal, id: string, change: string): PolicyTarget {
  return {
    organizationId: caller.organization.id,
    id,
    audit: ({ version, createdBy, document: { metadata, spec } }, revision) =>
      auditEntry({
        type: `policy.${change}`,
        actor: caller,
        subject: { kind: 'policy', id, ...(metadata.name !== undefined && { name: metadata.name }) },
        outcome: 'succeeded',
        details: {
          version,
          author: createdBy,
          status: spec.status,
          effect: spec.effect,
          tier: spec.tier,
          ...(revision !== null && { revision }),
        },
      }),
  };
}
