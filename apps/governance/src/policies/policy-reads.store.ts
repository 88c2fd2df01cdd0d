import { OrganizationScope } from '@agion/database';
import { Injectable } from '@nestjs/common';
import type pg from 'pg';
import { type PolicyDocument, type PolicyRecord, type PolicyVersionRecord, withStatus } from './policy-record.js';

/** Which policies a page shows. */
export interface PolicySearch {
  status?: PolicyDocument['spec']['status'] | undefined;
  tier?: PolicyDocument['spec']['tier'] | undefined;
  /** Only ids behind this one. */
  after: string | null;
  limit: number;
}

interface PolicyRow extends pg.QueryResultRow {
  id: string;
  status: PolicyDocument['spec']['status'];
  version: number;
  document: PolicyDocument;
  created_by: string;
  created_at: Date;
}

interface VersionRow extends PolicyRow {
  current: boolean;
}

const CURRENT = `SELECT policy.id, policy.status, version.version, version.document, version.created_by, version.created_at
  FROM governance.policies policy JOIN governance.policy_versions version
    ON version.organization_id = policy.organization_id AND version.policy_id = policy.id
    AND version.version = policy.current_version
  WHERE policy.organization_id = $1`;

/** Policies as people look at them. */
@Injectable()
export class PolicyReadsStore {
  constructor(private readonly scope: OrganizationScope) {}

  /** The current version, also of an archived policy. */
  async find(organizationId: string, id: string): Promise<PolicyRecord | undefined> {
    const [row] = await this.scope.query<PolicyRow>(organizationId, {
      name: 'policy_by_id',
      text: `${CURRENT} AND policy.id = $2`,
      values: [organizationId, id],
    });
    return row && recordOf(row);
  }

  /** Current versions in the order of their ids. */
  async list(organizationId: string, { status, tier, after, limit }: PolicySearch): Promise<PolicyRecord[]> {
    const rows = await this.scope.query<PolicyRow>(organizationId, {
      name: 'policies',
      text: `${CURRENT} AND ($2::governance."PolicyStatus" IS NULL OR policy.status = $2)
        AND ($3::governance."PolicyTier" IS NULL OR policy.tier = $3)
        AND ($4::text IS NULL OR policy.id COLLATE "C" > $4)
        ORDER BY policy.id COLLATE "C" LIMIT $5`,
      values: [organizationId, status ?? null, tier ?? null, after, limit],
    });
    return rows.map(recordOf);
  }

  /** Versions from the newest on, beginning below `before`. None: there is no such policy. */
  async versions(
    organizationId: string,
    id: string,
    { before, limit }: { before: number | null; limit: number },
  ): Promise<PolicyVersionRecord[]> {
    const rows = await this.scope.query<VersionRow>(organizationId, {
      name: 'policy_versions',
      text: `SELECT version.version, version.document, version.created_by, version.created_at,
          version.version = policy.current_version AS current
        FROM governance.policies policy JOIN governance.policy_versions version
          ON version.organization_id = policy.organization_id AND version.policy_id = policy.id
        WHERE policy.organization_id = $1 AND policy.id = $2 AND ($3::int IS NULL OR version.version < $3)
        ORDER BY version.version DESC LIMIT $4`,
      values: [organizationId, id, before, limit],
    });
    return rows.map(({ created_by: createdBy, created_at: createdAt, version, current, document }) => ({
      version,
      current,
      document,
      createdBy,
      createdAt,
    }));
  }
}

const recordOf = ({ id, status, version, document, created_by, created_at }: PolicyRow): PolicyRecord => ({
  id,
  version,
  document: withStatus(document, status),
  createdBy: created_by,
  updatedAt: created_at,
});
