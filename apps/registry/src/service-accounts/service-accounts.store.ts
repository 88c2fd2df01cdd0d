import { OrganizationScope, Outbox } from '@agion/database';
import { Injectable } from '@nestjs/common';
import type { AuditEntry } from '@agion/service-kit';
import type { Role, Scope } from '@agion/wire';
import type pg from 'pg';
import {
  ENDS_AT,
  insertCredential,
  type NewCredential,
  revokeCredentials,
  revokeIssued,
} from '../credentials/credential-rows.store.js';
import { holdCredential } from '../credentials/holder-rows.store.js';
import { requireWithinQuota } from '../organizations/quota-rows.store.js';
import type { ServiceAccount } from './service-account.js';
import { AccountNameTakenError, AccountNotFoundError } from './service-accounts.errors.js';

export interface NewServiceAccount {
  id: string;
  name: string;
  role: Role;
  scopes: readonly Scope[] | null;
  credential: NewCredential;
  callerKeyId: string | undefined;
  audit: (expiresAt: Date | null) => AuditEntry[];
}

const COLUMNS = `account.id, account.name, account.role, account.scopes, account.created_by AS "createdBy",
  account.created_at AS "createdAt", coalesce((
    SELECT json_agg(json_build_object('keyId', key_id, 'createdAt', created_at, 'expiresAt', ${ENDS_AT}) ORDER BY created_at)
    FROM registry.credentials WHERE organization_id = account.organization_id AND kind = 'service_account'
      AND subject = account.name AND (${ENDS_AT} IS NULL OR ${ENDS_AT} > now())), '[]') AS tokens`;

@Injectable()
export class ServiceAccountsStore {
  constructor(
    private readonly scope: OrganizationScope,
    private readonly outbox: Outbox,
  ) {}

  /** The account, its first token and their facts in one transaction. @throws AccountNameTakenError, QuotaExceededError */
  create({
    id,
    name,
    role,
    scopes,
    credential,
    callerKeyId,
    audit,
  }: NewServiceAccount): Promise<{ expiresAt: Date | null; createdAt: Date }> {
    const { organizationId, createdBy } = credential;
    return this.scope.transaction(organizationId, async (client) => {
      await holdCredential(client, callerKeyId);
      const { rows } = await client.query<{ created_at: Date }>({
        text: `INSERT INTO registry.service_accounts (organization_id, id, name, role, scopes, created_by)
          VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (organization_id, name) DO NOTHING RETURNING created_at`,
        values: [organizationId, id, name, role, scopes, createdBy],
      });
      if (!rows[0]) throw await nameTaken(client, name);
      await requireWithinQuota(client, organizationId, 'service_accounts');
      const expiresAt = await insertCredential(client, credential);
      for (const entry of audit(expiresAt)) await this.outbox.append(client, entry);
      return { expiresAt, createdAt: rows[0].created_at };
    });
  }

  /** @param deleted whether it may be one that was deleted */
  async find(organizationId: string, id: string, deleted = false): Promise<ServiceAccount | undefined> {
    const [account] = await this.scope.query<ServiceAccount & pg.QueryResultRow>(organizationId, {
      name: 'service_account',
      text: `SELECT ${COLUMNS} FROM registry.service_accounts account
        WHERE organization_id = $1 AND id = $2 AND ($3::bool OR deleted_at IS NULL)`,
      values: [organizationId, id, deleted],
    });
    return account;
  }

  /** Up to `limit` accounts in the order of their names, beginning after `after`. */
  list(organizationId: string, after: string | null, limit: number): Promise<ServiceAccount[]> {
    return this.scope.query<ServiceAccount & pg.QueryResultRow>(organizationId, {
      name: 'service_accounts',
      text: `SELECT ${COLUMNS} FROM registry.service_accounts account
        WHERE organization_id = $1 AND deleted_at IS NULL AND ($2::text IS NULL OR name > $2) ORDER BY name LIMIT $3`,
      values: [organizationId, after, limit],
    });
  }

  /**
   * Deletes an account with its tokens and the enrollments it has made.
   * @param issued whether what came about by its word ends too, and by that of the accounts it has made; also when it is deleted already
   * @returns the key ids revoked
   * @throws AccountNotFoundError
   */
  delete(
    organizationId: string,
    { id, name }: ServiceAccount,
    issued: boolean,
    audit: (revoked: string[]) => AuditEntry,
  ): Promise<string[]> {
    return this.scope.transaction(organizationId, async (client) => {
      const { rowCount } = await client.query({
        text: `UPDATE registry.service_accounts SET deleted_at = coalesce(deleted_at, now())
          WHERE id = $1 AND ($2::bool OR deleted_at IS NULL)`,
        values: [id, issued],
      });
      if (rowCount === 0) throw new AccountNotFoundError(id);
      const own = await revokeCredentials(client, 'service_account', name);
      const makers = issued ? await madeBy(client, name) : [ownerName(name)];
      await client.query({
        text: `UPDATE registry.enrollments SET expires_at = now()
          WHERE created_by = ANY($1::text[]) AND used_at IS NULL AND expires_at > now()`,
        values: [makers],
      });
      const revoked = issued ? [...own, ...(await revokeIssued(client, makers))] : own;
      await this.outbox.append(client, audit(revoked));
      return revoked;
    });
  }
}

const ownerName = (name: string): string => `service_account:${name}`;

/** An account and those it has made, and those they have: as they stand behind what they issue. */
async function madeBy(client: pg.PoolClient, name: string): Promise<string[]> {
  const { rows } = await client.query<{ maker: string }>({
    text: `WITH RECURSIVE makers (maker) AS (
        SELECT $1::text
        UNION SELECT 'service_account:' || account.name FROM registry.service_accounts account JOIN makers ON created_by = maker)
      SELECT maker FROM makers`,
    values: [ownerName(name)],
  });
  return rows.map(({ maker }) => maker);
}

async function nameTaken(client: pg.PoolClient, name: string): Promise<AccountNameTakenError> {
  const { rows } = await client.query<{ deleted: boolean }>({
    text: 'SELECT deleted_at IS NOT NULL AS deleted FROM registry.service_accounts WHERE name = $1',
    values: [name],
  });
  return new AccountNameTakenError(name, rows[0]?.deleted === true);
}
