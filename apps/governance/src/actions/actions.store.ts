import { OrganizationScope, Outbox } from '@agion/database';
import { contextFaults, type PolicyDocument } from '@agion/policy-engine';
import type { AuditEntry } from '@agion/service-kit';
import { Injectable } from '@nestjs/common';
import type pg from 'pg';
import { ActionNotFoundError, PoliciesBrokenError, TooManyActionsError } from './actions.errors.js';
import { type ActionRecord, type ActionRow, recordOf, schemasOf } from './action-record.js';

/** Actions of an organization that can be described: agents carry what concerns them around. */
const MOST_ACTIONS = 1_000;

const LATEST = `SELECT DISTINCT ON (name) name, version, risk, context_schema, created_by, created_at
  FROM governance.actions WHERE organization_id = $1`;

/** An action as somebody wants it known. */
export interface NextAction {
  action: Pick<ActionRecord, 'name' | 'risk' | 'contextSchema'>;
  createdBy: string;
  audit: (record: ActionRecord, revision: number) => AuditEntry;
  /** Looks at what is known now. @throws when the change may not follow it */
  precondition: (current: ActionRecord | null) => void;
}

/** `governance.actions`: what is known of actions, version by version. */
@Injectable()
export class ActionsStore {
  constructor(
    private readonly scope: OrganizationScope,
    private readonly outbox: Outbox,
  ) {}

  /** By name. */
  async list(organizationId: string, { after, limit }: { after: string; limit: number }): Promise<ActionRecord[]> {
    const rows = await this.scope.query<ActionRow & pg.QueryResultRow>(organizationId, {
      name: 'list_actions',
      text: `${LATEST} AND name > $2 COLLATE "C" ORDER BY name COLLATE "C", version DESC LIMIT $3`.replace(
        'DISTINCT ON (name)',
        'DISTINCT ON (name COLLATE "C")',
      ),
      values: [organizationId, after, limit],
    });
    return rows.map(recordOf);
  }

  /** @throws ActionNotFoundError */
  async get(organizationId: string, name: string): Promise<ActionRecord> {
    const [row] = await this.scope.query<ActionRow & pg.QueryResultRow>(organizationId, {
      name: 'get_action',
      text: `${LATEST} AND name = $2 ORDER BY name, version DESC`,
      values: [organizationId, name],
    });
    if (!row) throw new ActionNotFoundError(name);
    return recordOf(row);
  }

  /**
   * Makes the next version, as a revision of the policies: in turn with their changes, so that none of them is checked against a schema
   * that is being replaced.
   * @returns `revision` null when nothing is different
   * @throws PoliciesBrokenError naming the policies in force that do not go with it, TooManyActionsError, what the precondition throws
   */
  put(organizationId: string, next: NextAction): Promise<{ record: ActionRecord; revision: number | null }> {
    return this.scope.transaction(organizationId, async (client) => {
      await client.query({
        text: 'INSERT INTO governance.policy_revisions (organization_id) VALUES ($1) ON CONFLICT DO NOTHING',
        values: [organizationId],
      });
      await client.query({
        text: 'SELECT FROM governance.policy_revisions WHERE organization_id = $1 FOR UPDATE',
        values: [organizationId],
      });
      const { rows } = await client.query<ActionRow>({
        text: `${LATEST} ORDER BY name, version DESC`,
        values: [organizationId],
      });
      const known = rows.map(recordOf);
      const { action, createdBy } = next;
      const current = known.find(({ name }) => name === action.name) ?? null;
      next.precondition(current);
      if (current && isSame(current, action)) return { record: current, revision: null };
      if (!current && known.length >= MOST_ACTIONS) throw new TooManyActionsError(MOST_ACTIONS);
      const others = known.filter(({ name }) => name !== action.name);
      await requireUnbroken(client, organizationId, action.name, schemasOf([...others, action]));
      const added = await client.query<ActionRow & { revision: string }>({
        text: `WITH next AS (
            UPDATE governance.policy_revisions SET revision = revision + 1 WHERE organization_id = $1 RETURNING revision)
          INSERT INTO governance.actions (organization_id, name, version, revision, risk, context_schema, created_by)
          SELECT $1, $2, $3, revision, $4, $5::json, $6 FROM next
          RETURNING name, version, risk, context_schema, created_by, created_at, revision`,
        values: [
          organizationId,
          action.name,
          (current?.version ?? 0) + 1,
          action.risk,
          action.contextSchema && JSON.stringify(action.contextSchema),
          createdBy,
        ],
      });
      const [row] = added.rows;
      if (!row) throw new Error('the revision of the organization is missing');
      const record = recordOf(row);
      const revision = Number(row.revision);
      await this.outbox.append(client, next.audit(record, revision));
      return { record, revision };
    });
  }
}

const isSame = (one: NextAction['action'], other: NextAction['action']): boolean =>
  one.risk === other.risk && JSON.stringify(one.contextSchema) === JSON.stringify(other.contextSchema);

async function requireUnbroken(
  client: pg.PoolClient,
  organizationId: string,
  name: string,
  schemas: ReturnType<typeof schemasOf>,
): Promise<void> {
  const { rows } = await client.query<{ document: PolicyDocument }>({
    text: `SELECT version.document FROM governance.policies policy JOIN governance.policy_versions version
        ON version.organization_id = policy.organization_id AND version.policy_id = policy.id
          AND version.version = policy.current_version
      WHERE policy.organization_id = $1 AND policy.status = 'active'
        AND version.document -> 'spec' -> 'scope' -> 'actions' ? $2 ORDER BY policy.id`,
    values: [organizationId, name],
  });
  const broken = rows
    .map(({ document }) => ({ policy: document.metadata.id, faults: contextFaults(document, schemas) }))
    .filter(({ faults }) => faults.length > 0);
  if (broken.length > 0) throw new PoliciesBrokenError(name, broken);
}
