import { Injectable } from '@nestjs/common';
import { auditEntry, ForbiddenError, OutboxPublisher, requireRole } from '@agion/service-kit';
import { isPlatformAdmin, type OrganizationSettings, type Principal } from '@agion/wire';
import { v7 as uuidv7 } from 'uuid';
import { ControlPublisher } from '../credentials/control.publisher.js';
import { changed, differences, type NamedOrganization, type SettingsChange } from './organization.js';
import { OrganizationNotFoundError, PlatformSettingError } from './organizations.errors.js';
import { type KnownOrganization, OrganizationsStore } from './organizations.store.js';

/** What an organization's own admin decides; the rest is what the platform allows it. */
const OWN = ['default_effect', 'decision_retention_days', 'policy_review'];

export interface OrganizationPage {
  organizations: NamedOrganization[];
  /** The slug after which the next page begins; null: there is none. */
  next: string | null;
}

@Injectable()
export class OrganizationsService {
  constructor(
    private readonly store: OrganizationsStore,
    private readonly control: ControlPublisher,
    private readonly outbox: OutboxPublisher,
  ) {}

  async list(caller: Principal, after: string | null, limit: number): Promise<OrganizationPage> {
    requirePlatformAdmin(caller);
    const found = await this.store.list(after, limit + 1);
    const organizations = found.slice(0, limit);
    return { organizations, next: found.length > limit ? (organizations.at(-1)?.slug ?? null) : null };
  }

  /** Its streams are read within seconds. @throws OrganizationExistsError, ForbiddenError */
  async create(caller: Principal, slug: string, name: string): Promise<NamedOrganization> {
    requirePlatformAdmin(caller);
    const id = uuidv7();
    const made = await this.store.create(
      { id, slug, name },
      auditEntry({
        type: 'organization.created',
        actor: caller,
        subject: { kind: 'organization', id: slug, name },
        outcome: 'succeeded',
      }),
    );
    this.outbox.nudge();
    await this.control.organizationsChanged();
    return made;
  }

  /** @throws OrganizationNotFoundError also for the organization of others, unless the caller administers the platform */
  async settings(caller: Principal, slug: string): Promise<OrganizationSettings> {
    return (await this.administered(caller, slug)).settings;
  }

  /** @throws OrganizationNotFoundError; PlatformSettingError for what the caller may not decide */
  async change(caller: Principal, slug: string, change: SettingsChange): Promise<OrganizationSettings> {
    const { id } = await this.administered(caller, slug);
    const organization = { id, slug };
    const settings = await this.store.change(
      organization,
      (before) => {
        const after = changed(before, change);
        const names = differences(before, after);
        const beyond = names.filter((name) => !OWN.includes(name));
        if (beyond.length > 0 && !isPlatformAdmin(caller)) throw new PlatformSettingError(beyond);
        return names.length === 0 ? before : { ...after, version: before.version + 1 };
      },
      (before, after) =>
        auditEntry({
          type: 'organization.settings_changed',
          actor: { ...caller, organization }, // in the trail of those it concerns
          subject: { kind: 'organization', id: slug },
          outcome: 'succeeded',
          details: { before, after, changed: differences(before, after), by_organization: caller.organization.slug },
        }),
    );
    this.outbox.nudge();
    await this.control.organizationsChanged();
    return settings;
  }

  private async administered(caller: Principal, slug: string): Promise<KnownOrganization> {
    requireRole(caller, 'admin');
    const own = caller.organization.slug === slug || isPlatformAdmin(caller);
    const organization = own ? await this.store.find(slug) : undefined;
    if (!organization) throw new OrganizationNotFoundError(slug);
    return organization;
  }
}

function requirePlatformAdmin(caller: Principal): void {
  if (!isPlatformAdmin(caller)) throw new ForbiddenError('this needs an admin of the organization `default`');
}
