import { OrganizationScope, Outbox, WorkerPool } from '@agion/database';
import { Injectable } from '@nestjs/common';
import type { AuditEntry } from '@agion/service-kit';
import type { Organization, OrganizationSettings } from '@agion/wire';
import type pg from 'pg';
import { type NamedOrganization, settingsOf, type StoredSettings } from './organization.js';
import { OrganizationExistsError, OrganizationNotFoundError } from './organizations.errors.js';

/** An organization with what it has chosen. */
export interface KnownOrganization extends Organization {
  settings: OrganizationSettings;
}

interface KnownRow extends Organization {
  settings: StoredSettings;
  version: number;
}

const KNOWN = 'organization_id AS id, slug, settings, settings_version AS version';
const NAMED = 'organization_id AS id, slug, name, created_at AS "createdAt"';

/** Organizations across organizations: the one table whose rows the others are read by. */
@Injectable()
export class OrganizationsStore {
  constructor(
    private readonly scope: OrganizationScope,
    private readonly worker: WorkerPool,
    private readonly outbox: Outbox,
  ) {}

  /** All of them, by slug. */
  async known(): Promise<KnownOrganization[]> {
    const rows = await this.worker.query<KnownRow & pg.QueryResultRow>({
      name: 'organizations_known',
      text: `SELECT ${KNOWN} FROM registry.organizations ORDER BY slug`,
    });
    return rows.map(toKnown);
  }

  async find(slug: string): Promise<KnownOrganization | undefined> {
    const [row] = await this.worker.query<KnownRow & pg.QueryResultRow>({
      name: 'organization_by_slug',
      text: `SELECT ${KNOWN} FROM registry.organizations WHERE slug = $1`,
      values: [slug],
    });
    return row && toKnown(row);
  }

  /** Up to `limit` of them in the order of their slugs, beginning after `after`. */
  list(after: string | null, limit: number): Promise<NamedOrganization[]> {
    return this.worker.query<NamedOrganization & pg.QueryResultRow>({
      name: 'organizations',
      text: `SELECT ${NAMED} FROM registry.organizations WHERE $1::text IS NULL OR slug > $1 ORDER BY slug LIMIT $2`,
      values: [after, limit],
    });
  }

  /** @throws OrganizationExistsError */
  create({ id, slug, name }: Organization & { name: string }, audit: AuditEntry): Promise<NamedOrganization> {
    return this.worker.transaction(async (client) => {
      const { rows } = await client.query<NamedOrganization>({
        text: `INSERT INTO registry.organizations (organization_id, slug, name) VALUES ($1, $2, $3)
          ON CONFLICT (slug) DO NOTHING RETURNING ${NAMED}`,
        values: [id, slug, name],
      });
      if (!rows[0]) throw new OrganizationExistsError(slug);
      await this.outbox.append(client, audit);
      return rows[0];
    });
  }

  /**
   * Changes settings, one change after the other.
   * @param change gives the settings to be, of the same version when nothing is different; may throw
   */
  change(
    { id, slug }: Organization,
    change: (settings: OrganizationSettings) => OrganizationSettings,
    audit: (before: OrganizationSettings, after: OrganizationSettings) => AuditEntry,
  ): Promise<OrganizationSettings> {
    return this.scope.transaction(id, async (client) => {
      const { rows } = await client.query<KnownRow>({
        text: `SELECT ${KNOWN} FROM registry.organizations WHERE organization_id = $1 FOR UPDATE`,
        values: [id],
      });
      if (!rows[0]) throw new OrganizationNotFoundError(slug);
      const before = toKnown(rows[0]).settings;
      const after = change(before);
      if (after.version === before.version) return before;
      const { version, ...settings } = after;
      await client.query({
        text: 'UPDATE registry.organizations SET settings = $2, settings_version = $3 WHERE organization_id = $1',
        values: [id, JSON.stringify(settings), version],
      });
      await this.outbox.append(client, audit(before, after));
      return after;
    });
  }
}

const toKnown = ({ id, slug, settings, version }: KnownRow): KnownOrganization => ({
  id,
  slug,
  settings: settingsOf(settings, version),
});
