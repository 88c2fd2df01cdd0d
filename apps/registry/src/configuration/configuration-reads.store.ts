import { OrganizationScope } from '@agion/database';
import { Injectable } from '@nestjs/common';
import type pg from 'pg';
import type { ConfigurationDocument, ConfigurationKindName, ConfigurationVersion } from './configuration.js';

type Row<T> = T & pg.QueryResultRow;

const COLUMNS = `configuration.id, configuration.key, version.version, version.body AS content, version.created_at AS "updatedAt",
  configuration.archived_at AS "archivedAt"`;

const WITH_VERSION = `FROM registry.configurations configuration
  JOIN registry.configuration_versions version ON version.organization_id = configuration.organization_id
    AND version.kind = configuration.kind AND version.configuration_id = configuration.id`;

const OF_KIND = 'configuration.organization_id = $1 AND configuration.kind = $2::registry."ConfigurationKind"';

/** What agents fetch: every read is one statement in one round trip. */
@Injectable()
export class ConfigurationReadsStore {
  constructor(private readonly scope: OrganizationScope) {}

  /** The version a bucket (0–99) is served. */
  async byKey(
    organizationId: string,
    kind: ConfigurationKindName,
    key: string,
    bucket: number,
  ): Promise<ConfigurationDocument | undefined> {
    const [document] = await this.scope.query<Row<ConfigurationDocument>>(organizationId, {
      name: 'configuration_by_key',
      text: `SELECT ${COLUMNS} ${WITH_VERSION} AND version.version = CASE
          WHEN configuration.candidate_version IS NOT NULL AND $4::int < configuration.candidate_percent
          THEN configuration.candidate_version ELSE configuration.active_version END
        WHERE ${OF_KIND} AND configuration.key = $3 AND configuration.archived_at IS NULL`,
      values: [organizationId, kind, key, bucket],
    });
    return document;
  }

  /** The active version, also of an archived one. */
  async byId(
    organizationId: string,
    kind: ConfigurationKindName,
    id: string,
  ): Promise<ConfigurationDocument | undefined> {
    const [document] = await this.scope.query<Row<ConfigurationDocument>>(organizationId, {
      name: 'configuration_by_id',
      text: `SELECT ${COLUMNS} ${WITH_VERSION} AND version.version = configuration.active_version
        WHERE ${OF_KIND} AND configuration.id = $3`,
      values: [organizationId, kind, id],
    });
    return document;
  }

  /** Active versions in the order of their ids, beginning after `after`. */
  list(
    organizationId: string,
    kind: ConfigurationKindName,
    { includeArchived, after, limit }: { includeArchived: boolean; after: string | null; limit: number },
  ): Promise<ConfigurationDocument[]> {
    return this.scope.query<Row<ConfigurationDocument>>(organizationId, {
      name: 'configurations',
      text: `SELECT ${COLUMNS} ${WITH_VERSION} AND version.version = configuration.active_version
        WHERE ${OF_KIND} AND ($3::text IS NULL OR configuration.id > $3) AND ($4 OR configuration.archived_at IS NULL)
        ORDER BY configuration.id LIMIT $5`,
      values: [organizationId, kind, after, includeArchived, limit],
    });
  }

  /** Versions from the newest on, beginning below `before`. None: there is no such configuration. */
  versions(
    organizationId: string,
    kind: ConfigurationKindName,
    id: string,
    { before, limit }: { before: number | null; limit: number },
  ): Promise<ConfigurationVersion[]> {
    return this.scope.query<Row<ConfigurationVersion>>(organizationId, {
      name: 'configuration_versions',
      text: `SELECT ${COLUMNS}, version.created_by AS "createdBy",
          version.version = configuration.active_version AS active,
          CASE WHEN version.version = configuration.candidate_version THEN configuration.candidate_percent END AS "candidatePercent"
        ${WITH_VERSION}
        WHERE ${OF_KIND} AND configuration.id = $3 AND ($4::int IS NULL OR version.version < $4)
        ORDER BY version.version DESC LIMIT $5`,
      values: [organizationId, kind, id, before, limit],
    });
  }
}
