import { inOrganization, type OrganizationTransaction, Outbox, type Prisma, PrismaService } from '@agion/database';
import { contextFaults, type ContextSchema } from '@agion/policy-engine';
import { type AuditEntry, QuotaExceededError, ValidationFailedError } from '@agion/service-kit';
import { Injectable } from '@nestjs/common';
import {
  PolicyArchivedError,
  PolicyExistsError,
  PolicyNotFoundError,
  PolicyVersionNotFoundError,
} from './policies.errors.js';
import { KEPT_REVISIONS, type PolicyDocument, type PolicyRecord, withStatus } from './policy-record.js';

/** Which policy, and how its change is recorded. `revision` is null when the change is not in force yet. */
export interface PolicyTarget {
  organizationId: string;
  id: string;
  audit: (policy: PolicyRecord, revision: number | null) => AuditEntry;
}

export interface NextVersion {
  document: PolicyDocument;
  createdBy: string;
  /** Let it count at once. */
  activate: boolean;
}

/** Looks at what counts now. @throws when the change may not follow it */
type Precondition = (current: PolicyRecord) => void;

/** A change that has been committed. */
export interface PolicyChange {
  /** The version that was added, or that counts now. */
  policy: PolicyRecord;
  /** What counted before. */
  before: PolicyRecord | null;
  /** Null: nothing changes for anybody. */
  revision: number | null;
}

type Stored = Prisma.PolicyGetPayload<object>;

/**
 * Changes of policies, each in one transaction with its revision and its audit entry. They come one after the other in an
 * organization: each locks the row of its revisions first, so revisions have no gaps and follow the commits.
 */
@Injectable()
export class PolicyChangesStore {
  constructor(
    private readonly prisma: PrismaService,
    private readonly outbox: Outbox,
  ) {}

  /** @param options `most`: how many the organization may have. @throws PolicyExistsError, QuotaExceededError */
  create(
    target: PolicyTarget,
    document: PolicyDocument,
    { createdBy, most }: { createdBy: string; most: number | null },
  ): Promise<PolicyChange> {
    const { organizationId, id } = target;
    return this.inTurn(organizationId, async (tx) => {
      const existing = await tx.policy.findUnique({ where: { organizationId_id: { organizationId, id } } });
      if (existing) throw new PolicyExistsError(id, existing.status === 'archived');
      await requireWithinQuota(tx, organizationId, most);
      await requireFitting(tx, organizationId, document);
      const { status, tier } = document.spec;
      const stored = await tx.policy.create({
        data: { organizationId, id, status, tier, currentVersion: 1, latestVersion: 1 },
      });
      const policy = await addVersion(tx, stored, 1, document, createdBy);
      return this.committed(tx, target, policy, null);
    });
  }

  /** Adds the next version. @throws PolicyNotFoundError, PolicyArchivedError and what the precondition throws */
  update(target: PolicyTarget, next: NextVersion, precondition: Precondition): Promise<PolicyChange> {
    return this.changing(target, precondition, async (tx, stored, before) => {
      if (stored.status === 'archived') throw new PolicyArchivedError(stored.id);
      const { document, createdBy, activate } = next;
      const version = stored.latestVersion + 1;
      await requireFitting(tx, stored.organizationId, document);
      const policy = await addVersion(tx, stored, version, document, createdBy);
      const { status, tier } = document.spec;
      await write(tx, stored, { latestVersion: version, ...(activate && { currentVersion: version, status, tier }) });
      if (activate) return this.committed(tx, target, policy, before);
      await this.outbox.append(tx, target.audit(policy, null));
      return { policy, before, revision: null };
    });
  }

  /** Puts a version in force. @throws PolicyVersionNotFoundError */
  activate(target: PolicyTarget, version: number, precondition: Precondition): Promise<PolicyChange> {
    return this.changing(target, precondition, async (tx, stored, before) => {
      if (stored.status === 'archived') throw new PolicyArchivedError(stored.id);
      const chosen = await versionOf(tx, { ...stored, status: 'active' }, version);
      precondition(chosen);
      await requireFitting(tx, stored.organizationId, chosen.document);
      if (stored.status === 'active' && stored.currentVersion === version)
        return { policy: chosen, before, revision: null };
      await write(tx, stored, { currentVersion: version, status: 'active', tier: chosen.document.spec.tier });
      return this.committed(tx, target, chosen, before);
    });
  }

  /** Takes it out of force for good; its id stays taken. */
  archive(target: PolicyTarget, precondition: Precondition): Promise<PolicyChange> {
    return this.changing(target, precondition, async (tx, stored, before) => {
      if (stored.status === 'archived') return { policy: before, before, revision: null };
      await write(tx, stored, { status: 'archived' });
      const policy = { ...before, document: withStatus(before.document, 'archived') };
      return this.committed(tx, target, policy, before);
    });
  }

  private changing(
    { organizationId, id }: PolicyTarget,
    precondition: Precondition,
    work: (tx: OrganizationTransaction, stored: Stored, before: PolicyRecord) => Promise<PolicyChange>,
  ): Promise<PolicyChange> {
    return this.inTurn(organizationId, async (tx) => {
      const stored = await tx.policy.findUnique({ where: { organizationId_id: { organizationId, id } } });
      if (!stored) throw new PolicyNotFoundError(id);
      const before = await versionOf(tx, stored, stored.currentVersion);
      precondition(before);
      return work(tx, stored, before);
    });
  }

  private inTurn<Result>(
    organizationId: string,
    work: (tx: OrganizationTransaction) => Promise<Result>,
  ): Promise<Result> {
    return inOrganization(this.prisma, organizationId, async (tx) => {
      await tx.$executeRaw`INSERT INTO governance.policy_revisions (organization_id) VALUES (${organizationId}::uuid)
        ON CONFLICT DO NOTHING`;
      await tx.$queryRaw`SELECT FROM governance.policy_revisions WHERE organization_id = ${organizationId}::uuid FOR UPDATE`;
      return work(tx);
    });
  }

  /** Counts the change and writes down what it was. */
  private async committed(
    tx: OrganizationTransaction,
    { organizationId, id, audit }: PolicyTarget,
    policy: PolicyRecord,
    before: PolicyRecord | null,
  ): Promise<PolicyChange> {
    const kind = policy.document.spec.status === 'active' ? 'upserted' : 'removed';
    const [counted] = await tx.$queryRaw<{ revision: bigint }[]>`
      WITH next AS (
        UPDATE governance.policy_revisions SET revision = revision + 1 WHERE organization_id = ${organizationId}::uuid
        RETURNING revision)
      INSERT INTO governance.policy_changes (organization_id, revision, policy_id, kind, version)
      SELECT ${organizationId}::uuid, revision, ${id}, ${kind}::governance."PolicyChangeKind", ${policy.version} FROM next
      RETURNING revision`;
    const revision = Number(counted?.revision);
    if (revision % 100 === 0) await forgetBefore(tx, organizationId, revision - KEPT_REVISIONS);
    await this.outbox.append(tx, audit(policy, revision));
    return { policy, before, revision };
  }
}

/** Schemas of actions change in turn with policies: what fits now fits when it is committed. @throws ValidationFailedError */
async function requireFitting(
  tx: OrganizationTransaction,
  organizationId: string,
  document: PolicyDocument,
): Promise<void> {
  const rows = await tx.$queryRaw<{ name: string; context_schema: ContextSchema | null }[]>`
    SELECT DISTINCT ON (name) name, context_schema FROM governance.actions
    WHERE organization_id = ${organizationId}::uuid AND name = ANY(${document.spec.scope.actions})
    ORDER BY name, version DESC`;
  const schemas = new Map(rows.flatMap((row) => (row.context_schema ? [[row.name, row.context_schema] as const] : [])));
  const faults = contextFaults(document, schemas);
  if (faults.length > 0) throw new ValidationFailedError(faults);
}

/** Those who make policies take turns, so that together they stay within the quota. @throws QuotaExceededError */
async function requireWithinQuota(
  tx: OrganizationTransaction,
  organizationId: string,
  most: number | null,
): Promise<void> {
  if (most === null) return;
  const count = await tx.policy.count({ where: { organizationId, status: { not: 'archived' } } });
  if (count >= most)
    throw new QuotaExceededError('policies', most, 'archive policies that are not used: DELETE /api/v1/policies/{id}');
}

/** Of the changes up to a revision only the last one of each policy is still needed: it tells what held there. */
async function forgetBefore(tx: OrganizationTransaction, organizationId: string, floor: number): Promise<void> {
  if (floor <= 0) return;
  await tx.$executeRaw`DELETE FROM governance.policy_changes old
    WHERE organization_id = ${organizationId}::uuid AND revision <= ${floor} AND EXISTS (
      SELECT 1 FROM governance.policy_changes later WHERE later.organization_id = old.organization_id
        AND later.policy_id = old.policy_id AND later.revision > old.revision AND later.revision <= ${floor})`;
}

async function addVersion(
  tx: OrganizationTransaction,
  { organizationId, id }: Stored,
  version: number,
  document: PolicyDocument,
  createdBy: string,
): Promise<PolicyRecord> {
  const made = await tx.policyVersion.create({
    data: { organizationId, policyId: id, version, document: document as unknown as Prisma.InputJsonObject, createdBy },
  });
  // As Postgres keeps it: jsonb orders members its own way, and the ETag must be the one of later reads.
  return { id, version, document: made.document as unknown as PolicyDocument, createdBy, updatedAt: made.createdAt };
}

async function versionOf(
  tx: OrganizationTransaction,
  { organizationId, id, status }: Stored,
  version: number,
): Promise<PolicyRecord> {
  const found = await tx.policyVersion.findUnique({
    where: { organizationId_policyId_version: { organizationId, policyId: id, version } },
  });
  if (!found) throw new PolicyVersionNotFoundError(id, version);
  const document = withStatus(found.document as unknown as PolicyDocument, status);
  return { id, version, document, createdBy: found.createdBy, updatedAt: found.createdAt };
}

async function write(
  tx: OrganizationTransaction,
  { organizationId, id }: Stored,
  data: Prisma.PolicyUncheckedUpdateInput,
): Promise<void> {
  await tx.policy.update({
    where: { organizationId_id: { organizationId, id } },
    data: { ...data, updatedAt: new Date() },
  });
}
