import { OrganizationScope, Outbox, WorkerPool } from '@agion/database';
import { Injectable } from '@nestjs/common';
import type { AuditEntry } from '@agion/service-kit';
import type { Organization, Scope } from '@agion/wire';
import type pg from 'pg';
import { insertCredential, type NewCredential } from '../credentials/credential-rows.store.js';
import { holdCredential } from '../credentials/holder-rows.store.js';
import type { MintedToken } from '../credentials/token.js';

export interface NewEnrollment {
  organizationId: string;
  containerId: string;
  scopes: readonly Scope[] | null;
  minted: MintedToken;
  lifetimeSeconds: number;
  createdBy: string;
  callerKeyId: string | undefined;
  audit: (expiresAt: Date) => AuditEntry;
}

/** An enrollment as it stands when somebody shows its token. */
export interface Enrollment {
  organization: Organization;
  containerId: string;
  scopes: Scope[] | null;
  secretHash: Buffer;
  createdBy: string;
}

interface EnrollmentRow extends pg.QueryResultRow {
  id: string;
  slug: string;
  containerId: string;
  scopes: Scope[] | null;
  secretHash: Buffer;
  createdBy: string;
}

@Injectable()
export class EnrollmentsStore {
  constructor(
    private readonly scope: OrganizationScope,
    private readonly worker: WorkerPool,
    private readonly outbox: Outbox,
  ) {}

  /** Adds one and forgets those that ended more than a week ago. @returns until when it may be exchanged. @throws UnauthenticatedError when the caller's credential has just ended */
  create({
    organizationId,
    containerId,
    scopes,
    minted,
    lifetimeSeconds,
    createdBy,
    callerKeyId,
    audit,
  }: NewEnrollment): Promise<Date> {
    return this.scope.transaction(organizationId, async (client) => {
      await holdCredential(client, callerKeyId);
      await client.query("DELETE FROM registry.enrollments WHERE expires_at < now() - interval '7 days'");
      const { rows } = await client.query<{ expires_at: Date }>({
        text: `INSERT INTO registry.enrollments (key_id, organization_id, container_id, scopes, secret_hash, created_by, expires_at)
          VALUES ($1, $2, $3, $4, $5, $6, now() + make_interval(secs => $7)) RETURNING expires_at`,
        values: [minted.keyId, organizationId, containerId, scopes, minted.secretHash, createdBy, lifetimeSeconds],
      });
      const expiresAt = rows[0]?.expires_at ?? new Date();
      await this.outbox.append(client, audit(expiresAt));
      return expiresAt;
    });
  }

  /** Before anybody is authenticated: across organizations, by key id alone. */
  async find(keyId: string): Promise<Enrollment | undefined> {
    const [row] = await this.worker.query<EnrollmentRow>({
      name: 'enrollment_by_key_id',
      text: `SELECT organization_id AS id, slug, container_id AS "containerId", scopes, secret_hash AS "secretHash",
          created_by AS "createdBy"
        FROM registry.enrollments JOIN registry.organizations USING (organization_id) WHERE key_id = $1`,
      values: [keyId],
    });
    return row && { ...row, organization: { id: row.id, slug: row.slug } };
  }

  /**
   * Uses an enrollment up and adds the credential it stands for. Attempts at the same time wait for each other: one of them wins.
   * @returns false when it has been used or has expired; nothing is written then
   */
  use(keyId: string, credential: NewCredential, audit: () => AuditEntry[]): Promise<boolean> {
    return this.scope.transaction(credential.organizationId, async (client) => {
      const { rowCount } = await client.query({
        text: `UPDATE registry.enrollments SET used_at = statement_timestamp()
          WHERE key_id = $1 AND used_at IS NULL AND expires_at > statement_timestamp()`,
        values: [keyId],
      });
      if (rowCount !== 1) return false;
      await insertCredential(client, credential);
      for (const entry of audit()) await this.outbox.append(client, entry);
      return true;
    });
  }
}
