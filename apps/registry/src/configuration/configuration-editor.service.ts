import { Injectable } from '@nestjs/common';
import { auditEntry, etagOf, isBasedOn, OutboxPublisher, requireRole, ValidationFailedError } from '@agion/service-kit';
import { ownerOf, type Principal } from '@agion/wire';
import { ConfigUpdatesPublisher } from './config-updates.publisher.js';
import type { ConfigurationDocument, ConfigurationKind, Rollout } from './configuration.js';
import { ConfigurationChangedError } from './configuration.errors.js';
import { ConfigurationChangesStore, type Target } from './configuration-changes.store.js';
import { findSecrets } from './secrets.js';

export type Content = Record<string, unknown>;

export interface Update {
  content: Content;
  /**
   * `If-Match`, as it came. The change must be based on what is served now (to all, or as a candidate to some), or on the latest
   * version when nothing has happened since it was made; the same goes for `basedOn`.
   */
  ifMatch?: string | undefined;
  /** The version the caller read. */
  basedOn?: number | undefined;
  activate: boolean;
}

/** Changes by operators. Each is recorded, and announced once when it changes what agents are served. */
@Injectable()
export class ConfigurationEditor {
  constructor(
    private readonly store: ConfigurationChangesStore,
    private readonly outbox: OutboxPublisher,
    private readonly updates: ConfigUpdatesPublisher,
  ) {}

  /** @throws ConfigurationExistsError; ValidationFailedError for secrets in the content */
  async create(
    kind: ConfigurationKind,
    caller: Principal,
    { id, content }: { id: string; content: Content },
  ): Promise<ConfigurationDocument> {
    requireRole(caller, 'operator');
    refuseSecrets(kind, content);
    const target = targetOf(kind, caller, id, 'created');
    const key = String(content[kind.keyField]);
    const document = await this.store.create(target, { key, content, createdBy: ownerOf(caller) });
    await this.announce(kind, caller, document);
    return document;
  }

  /** Makes the next version. @throws ConfigurationNotFoundError, ConfigurationArchivedError, ConfigurationChangedError */
  async update(
    kind: ConfigurationKind,
    caller: Principal,
    id: string,
    { content, ifMatch, basedOn, activate }: Update,
  ): Promise<ConfigurationDocument> {
    requireRole(caller, 'operator');
    refuseSecrets(kind, content);
    const document = await this.store.update(targetOf(kind, caller, id, 'changed', { activated: activate }), {
      content,
      createdBy: ownerOf(caller),
      activate,
      precondition: (bases) => {
        const [active] = bases;
        refuseOtherKey(kind, active, content);
        const isBase = (base: ConfigurationDocument): boolean =>
          isBasedOn(ifMatch, etagOf(JSON.stringify(kind.toDto(base)))) &&
          (basedOn === undefined || basedOn === base.version);
        if (!bases.some(isBase)) throw new ConfigurationChangedError(kind, id, active.version);
      },
    });
    this.outbox.nudge();
    if (activate) await this.updates.updated(caller.organization.slug, kind, document);
    return document;
  }

  /** Serves a version to everybody. @throws VersionNotFoundError */
  async activate(
    kind: ConfigurationKind,
    caller: Principal,
    id: string,
    version: number,
  ): Promise<ConfigurationDocument> {
    requireRole(caller, 'operator');
    const { document, changed } = await this.store.activate(targetOf(kind, caller, id, 'activated'), version);
    if (changed) await this.announce(kind, caller, document);
    return document;
  }

  /** Serves a candidate to some percent of the agents; null or 0 ends that. @throws VersionNotFoundError */
  async rollOut(
    kind: ConfigurationKind,
    caller: Principal,
    id: string,
    { candidate, percent }: { candidate: number | null; percent: number },
  ): Promise<Rollout> {
    requireRole(caller, 'operator');
    const chosen = percent === 0 ? null : candidate;
    const target = targetOf(kind, caller, id, 'rolled_out', {
      candidate: chosen,
      percent: chosen === null ? 0 : percent,
    });
    const { document, changed, rollout } = await this.store.rollOut(target, chosen, percent);
    if (changed) await this.announce(kind, caller, document);
    return rollout;
  }

  /** Takes it out of service. @throws ConfigurationNotFoundError */
  async archive(kind: ConfigurationKind, caller: Principal, id: string): Promise<void> {
    requireRole(caller, 'operator');
    const { document, changed } = await this.store.archive(targetOf(kind, caller, id, 'archived'));
    if (changed) await this.announce(kind, caller, document);
  }

  private async announce(kind: ConfigurationKind, caller: Principal, document: ConfigurationDocument): Promise<void> {
    this.outbox.nudge();
    await this.updates.updated(caller.organization.slug, kind, document);
  }
}

function targetOf(
  kind: ConfigurationKind,
  caller: Principal,
  id: string,
  change: string,
  details: Record<string, unknown> = {},
): Target {
  return {
    organizationId: caller.organization.id,
    kind,
    id,
    audit: ({ key, version }) =>
      auditEntry({
        type: `${kind.name}.${change}`,
        actor: caller,
        subject: { kind: kind.name, id, [kind.keyField]: key },
        outcome: 'succeeded',
        details: { version, ...details },
      }),
  };
}

function refuseSecrets(kind: ConfigurationKind, content: Content): void {
  const faults = kind.openFields.flatMap((field) => findSecrets(content[field], `/${field}`));
  if (faults.length > 0) throw new ValidationFailedError(faults);
}

/** Agents know it by its key: another key is another thing. */
function refuseOtherKey({ name, keyField }: ConfigurationKind, { key }: ConfigurationDocument, content: Content): void {
  if (content[keyField] === key) return;
  throw new ValidationFailedError([
    { pointer: `/${keyField}`, detail: `must stay \`${key}\`: create another ${name} for another ${keyField}` },
  ]);
}
