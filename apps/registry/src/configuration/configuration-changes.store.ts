import { inOrganization, type OrganizationTransaction, Outbox, Prisma, PrismaService } from '@agion/database';
import { Injectable } from '@nestjs/common';
import type { AuditEntry } from '@agion/service-kit';
import type { ConfigurationDocument, ConfigurationKind, Rollout } from './configuration.js';
import {
  CandidateIsActiveError,
  ConfigurationArchivedError,
  ConfigurationExistsError,
  ConfigurationNotFoundError,
  VersionNotFoundError,
} from './configuration.errors.js';

/** Which configuration, and how its change is recorded. Changes that change nothing are not recorded. */
export interface Target {
  organizationId: string;
  kind: ConfigurationKind;
  id: string;
  audit: (document: ConfigurationDocument) => AuditEntry;
}

export interface NewVersion {
  content: Record<string, unknown>;
  createdBy: string;
  /** Serve it at once; ends a rollout. */
  activate: boolean;
  /** Looks at what the new version may be based on, the active version first. @throws when it may not follow any */
  precondition: (bases: [ConfigurationDocument, ...ConfigurationDocument[]]) => void;
}

export interface Changed {
  /** What is served after the change. */
  document: ConfigurationDocument;
  changed: boolean;
}

type Stored = Prisma.ConfigurationGetPayload<object>;

/** Changes to configurations: each in one transaction with its audit entry, one after the other for each configuration. */
@Injectable()
export class ConfigurationChangesStore {
  constructor(
    private readonly prisma: PrismaService,
    private readonly outbox: Outbox,
  ) {}

  /** @throws ConfigurationExistsError when the id is taken or a living one has the key */
  create(
    { organizationId, kind, id, audit }: Target,
    { key, content, createdBy }: { key: string; content: Record<string, unknown>; createdBy: string },
  ): Promise<ConfigurationDocument> {
    return inOrganization(this.prisma, organizationId, async (tx) => {
      const existing = await tx.configuration.findFirst({
        where: { organizationId, kind: kind.name, OR: [{ id }, { key, archivedAt: null }] },
      });
      if (existing) throw new ConfigurationExistsError(kind, { ...existing, archived: existing.archivedAt !== null });
      const stored = await tx.configuration.create({
        data: { organizationId, kind: kind.name, id, key, activeVersion: 1, latestVersion: 1 },
      });
      const document = await addVersion(tx, stored, 1, content, createdBy);
      await this.outbox.append(tx, audit(document));
      return document;
    });
  }

  /** Adds the next version. @returns the version that was added */
  update(target: Target, { content, createdBy, activate, precondition }: NewVersion): Promise<ConfigurationDocument> {
    return this.locked(target, async (tx, stored) => {
      precondition(await basesOf(tx, target.kind, stored));
      const version = stored.latestVersion + 1;
      const document = await addVersion(tx, stored, version, content, createdBy);
      const served = activate ? { activeVersion: version, candidateVersion: null, candidatePercent: null } : {};
      await write(tx, stored, { latestVersion: version, updatedAt: document.updatedAt, ...served });
      await this.outbox.append(tx, target.audit(document));
      return document;
    });
  }

  /** Serves a version to everybody; ends a rollout. */
  activate(target: Target, version: number): Promise<Changed> {
    return this.locked(target, async (tx, stored) => {
      const document = await versionOf(tx, target.kind, stored, version);
      const changed = stored.activeVersion !== version || stored.candidateVersion !== null;
      if (changed) {
        await write(tx, stored, { activeVersion: version, candidateVersion: null, candidatePercent: null });
        await this.outbox.append(tx, target.audit(document));
      }
      return { document, changed };
    });
  }

  /** Serves a candidate to a part of the agents, or ends that when there is none. */
  rollOut(target: Target, candidate: number | null, percent: number): Promise<Changed & { rollout: Rollout }> {
    return this.locked(target, async (tx, stored) => {
      if (candidate === stored.activeVersion) throw new CandidateIsActiveError(candidate);
      const document = await versionOf(tx, target.kind, stored, candidate ?? stored.activeVersion);
      const candidatePercent = candidate === null ? null : percent;
      const changed = stored.candidateVersion !== candidate || stored.candidatePercent !== candidatePercent;
      if (changed) {
        await write(tx, stored, { candidateVersion: candidate, candidatePercent });
        await this.outbox.append(tx, target.audit(document));
      }
      const rollout = { activeVersion: stored.activeVersion, candidate, percent: candidatePercent ?? 0 };
      return { document, changed, rollout };
    });
  }

  /** Takes it out of service; its id stays taken, its key becomes free. */
  archive(target: Target): Promise<Changed> {
    return this.locked(
      target,
      async (tx, stored) => {
        const document = await versionOf(tx, target.kind, stored, stored.activeVersion);
        if (stored.archivedAt) return { document, changed: false };
        await write(tx, stored, { archivedAt: new Date(), candidateVersion: null, candidatePercent: null });
        await this.outbox.append(tx, target.audit(document));
        return { document, changed: true };
      },
      { archived: true },
    );
  }

  private locked<Result>(
    { organizationId, kind, id }: Target,
    work: (tx: OrganizationTransaction, stored: Stored) => Promise<Result>,
    { archived = false } = {},
  ): Promise<Result> {
    return inOrganization(this.prisma, organizationId, async (tx) => {
      await tx.$queryRaw`SELECT FROM registry.configurations WHERE organization_id = ${organizationId}::uuid
        AND kind = ${kind.name}::registry."ConfigurationKind" AND id = ${id} FOR UPDATE`;
      const stored = await tx.configuration.findUnique({
        where: { organizationId_kind_id: { organizationId, kind: kind.name, id } },
      });
      if (!stored) throw new ConfigurationNotFoundError(kind, id);
      if (stored.archivedAt && !archived) throw new ConfigurationArchivedError(kind, id);
      return work(tx, stored);
    });
  }
}

async function addVersion(
  tx: OrganizationTransaction,
  { organizationId, kind, id, key, archivedAt }: Stored,
  version: number,
  content: Record<string, unknown>,
  createdBy: string,
): Promise<ConfigurationDocument> {
  const { body, createdAt } = await tx.configurationVersion.create({
    data: { organizationId, kind, configurationId: id, version, body: content as Prisma.InputJsonObject, createdBy },
  });
  // As Postgres keeps it: jsonb orders members its own way, and the ETag must be the one of later reads.
  return { id, key, version, content: body as Record<string, unknown>, updatedAt: createdAt, archivedAt };
}

/**
 * What a change may be based on: what is served now, to all or to some; and the latest version as long as nothing has happened
 * since it was made, so that versions that are not served yet can be worked on. One that was withdrawn is none.
 */
async function basesOf(
  tx: OrganizationTransaction,
  kind: ConfigurationKind,
  stored: Stored,
): Promise<[ConfigurationDocument, ...ConfigurationDocument[]]> {
  const active = await versionOf(tx, kind, stored, stored.activeVersion);
  const { candidateVersion, latestVersion, activeVersion, updatedAt } = stored;
  const candidate = candidateVersion === null ? [] : [await versionOf(tx, kind, stored, candidateVersion)];
  if (latestVersion === activeVersion || latestVersion === candidateVersion) return [active, ...candidate];
  const latest = await versionOf(tx, kind, stored, latestVersion);
  const untouched = latest.updatedAt.getTime() === updatedAt.getTime();
  return [active, ...candidate, ...(untouched ? [latest] : [])];
}

async function versionOf(
  tx: OrganizationTransaction,
  kind: ConfigurationKind,
  { organizationId, id, key, archivedAt }: Stored,
  version: number,
): Promise<ConfigurationDocument> {
  const stored = await tx.configurationVersion.findUnique({
    where: {
      organizationId_kind_configurationId_version: { organizationId, kind: kind.name, configurationId: id, version },
    },
  });
  if (!stored) throw new VersionNotFoundError(kind, id, version);
  const content = stored.body as Record<string, unknown>;
  return { id, key, version, content, updatedAt: stored.createdAt, archivedAt };
}

async function write(
  tx: OrganizationTransaction,
  { organizationId, kind, id }: Stored,
  data: Prisma.ConfigurationUncheckedUpdateInput,
): Promise<void> {
  await tx.configuration.update({
    where: { organizationId_kind_id: { organizationId, kind, id } },
    data: { updatedAt: new Date(), ...data },
  });
}
