import { OrganizationScope, WorkerPool } from '@agion/database';
import type { VersionedPolicy } from '@agion/policy-engine';
import { Injectable } from '@nestjs/common';
import type pg from 'pg';
import { KEPT_REVISIONS, type PolicyDocument, type PolicyState, UNCHANGED, withStatus } from './policy-record.js';

/** A version of a policy by its name. */
export interface VersionName {
  id: string;
  version: number;
}

interface StateRow extends pg.QueryResultRow {
  revision: string;
  epoch: number;
  stopped: boolean;
  default_effect: 'allow' | 'deny';
}

interface HeadRow extends StateRow {
  id: string | null;
  version: number | null;
}

const STATE = 'state.revision, state.epoch, state.stopped, state.default_effect';

/** What is in force, now or at a revision. */
@Injectable()
export class PolicySetsStore {
  constructor(
    private readonly scope: OrganizationScope,
    private readonly worker: WorkerPool,
  ) {}

  /** The state of an organization and the versions in force there, both of the same moment. */
  async inForce(organizationId: string): Promise<{ state: PolicyState; versions: VersionName[] }> {
    const rows = await this.scope.query<HeadRow>(organizationId, {
      name: 'policies_in_force',
      text: `SELECT ${STATE}, policy.id, policy.current_version AS version
        FROM governance.policy_revisions state LEFT JOIN governance.policies policy
          ON policy.organization_id = state.organization_id AND policy.status = 'active'
        WHERE state.organization_id = $1`,
      values: [organizationId],
    });
    const versions = rows.flatMap(({ id, version }) => (id === null || version === null ? [] : [{ id, version }]));
    return { state: rows[0] ? stateOf(rows[0]) : UNCHANGED, versions };
  }

  /** The state, and what has changed since a revision: by id the version that is in force now, null where none is. */
  async changedSince(
    organizationId: string,
    since: number,
  ): Promise<{ state: PolicyState; changed: Map<string, number | null> }> {
    const rows = await this.scope.query<HeadRow & { kind: string | null }>(organizationId, {
      name: 'policies_changed_since',
      text: `SELECT ${STATE}, change.policy_id AS id, change.kind, change.version
        FROM governance.policy_revisions state LEFT JOIN LATERAL (
          SELECT DISTINCT ON (policy_id) policy_id, kind, version FROM governance.policy_changes
          WHERE organization_id = $1 AND revision > $2 AND revision <= state.revision
          ORDER BY policy_id, revision DESC) change ON true
        WHERE state.organization_id = $1`,
      values: [organizationId, since],
    });
    const changed = rows.flatMap(({ id, version, kind }): [string, number | null][] =>
      id === null ? [] : [[id, kind === 'upserted' ? version : null]],
    );
    return { state: rows[0] ? stateOf(rows[0]) : UNCHANGED, changed: new Map(changed) };
  }

  /** The versions that were in force at a revision; null when that is not known any more or that revision has never been. */
  async inForceAt(organizationId: string, revision: number): Promise<VersionName[] | null> {
    const state = await this.state(organizationId);
    if (revision > state.revision || revision < state.revision - KEPT_REVISIONS) return null;
    return this.scope.query<VersionName & pg.QueryResultRow>(organizationId, {
      name: 'policies_in_force_at',
      text: `SELECT id, version FROM (
          SELECT DISTINCT ON (policy_id) policy_id AS id, version, kind FROM governance.policy_changes
          WHERE organization_id = $1 AND revision <= $2 ORDER BY policy_id, revision DESC) last
        WHERE kind = 'upserted'`,
      values: [organizationId, revision],
    });
  }

  /** What these versions say when they are in force. */
  async read(organizationId: string, versions: readonly VersionName[]): Promise<VersionedPolicy[]> {
    if (versions.length === 0) return [];
    const rows = await this.scope.query<{ version: number; document: PolicyDocument }>(organizationId, {
      name: 'policy_documents',
      text: `SELECT version.version, version.document FROM governance.policy_versions version
        JOIN unnest($2::text[], $3::int[]) AS wanted (id, version)
          ON version.policy_id = wanted.id AND version.version = wanted.version
        WHERE version.organization_id = $1`,
      values: [organizationId, versions.map(({ id }) => id), versions.map(({ version }) => version)],
    });
    return rows.map(inForce);
  }

  /** The policies changed between two revisions, each as it was in force at the first one; null: it was not. */
  async changedBetween(
    organizationId: string,
    since: number,
    until: number,
  ): Promise<Map<string, VersionedPolicy | null>> {
    const rows = await this.scope.query<{ id: string; version: number | null; document: PolicyDocument | null }>(
      organizationId,
      {
        name: 'policies_changed_between',
        text: `SELECT changed.policy_id AS id, version.version, version.document
          FROM (SELECT DISTINCT policy_id FROM governance.policy_changes
            WHERE organization_id = $1 AND revision > $2 AND revision <= $3) changed
          LEFT JOIN LATERAL (SELECT kind, version FROM governance.policy_changes earlier
            WHERE earlier.organization_id = $1 AND earlier.policy_id = changed.policy_id AND earlier.revision <= $2
            ORDER BY earlier.revision DESC LIMIT 1) before ON true
          LEFT JOIN governance.policy_versions version ON before.kind = 'upserted' AND version.organization_id = $1
            AND version.policy_id = changed.policy_id AND version.version = before.version`,
        values: [organizationId, since, until],
      },
    );
    return new Map(
      rows.map(({ id, version, document }) => [
        id,
        version === null || document === null ? null : inForce({ version, document }),
      ]),
    );
  }

  async state(organizationId: string): Promise<PolicyState> {
    const [row] = await this.scope.query<StateRow>(organizationId, {
      name: 'policy_state',
      text: `SELECT ${STATE} FROM governance.policy_revisions state WHERE state.organization_id = $1`,
      values: [organizationId],
    });
    return row ? stateOf(row) : UNCHANGED;
  }

  /** The states of several organizations, by their ids, in one read. */
  async states(organizationIds: readonly string[]): Promise<Map<string, PolicyState>> {
    const rows = await this.worker.query<StateRow & { organization_id: string }>({
      name: 'policy_states',
      text: `SELECT state.organization_id, ${STATE} FROM governance.policy_revisions state
        WHERE state.organization_id = ANY($1::uuid[])`,
      values: [organizationIds],
    });
    const known = new Map(rows.map((row) => [row.organization_id, stateOf(row)]));
    return new Map(organizationIds.map((id) => [id, known.get(id) ?? UNCHANGED]));
  }
}

const inForce = ({ version, document }: { version: number; document: PolicyDocument }): VersionedPolicy => ({
  version,
  document: withStatus(document, 'active'),
});

const stateOf = ({ revision, epoch, stopped, default_effect: defaultEffect }: StateRow): PolicyState => ({
  revision: Number(revision),
  epoch,
  stopped,
  defaultEffect,
});
