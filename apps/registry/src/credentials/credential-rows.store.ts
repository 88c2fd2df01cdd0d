import type pg from 'pg';
import type { CredentialKind, Role, Scope } from '@agion/wire';
import type { MintedToken } from './token.js';

/** A credential to be: who it speaks for and how long. */
export interface NewCredential {
  organizationId: string;
  kind: CredentialKind;
  subject: string;
  role: Role | null;
  /** What it may be used for; null: what its kind and role usually are. */
  scopes: readonly Scope[] | null;
  minted: MintedToken;
  /** Seconds it lives; null: without end. */
  lifetimeSeconds: number | null;
  /** From when it is refused whatever its lifetime: it was asked for with one that is being replaced. */
  revokedFrom?: Date | null;
  /** By whose word it comes about: whoever asks for it or, for what a holder makes with his own, whoever that one came from. */
  createdBy: string;
}

/** When a credential stops: `revoked_at` lies in the future while its successor takes over. */
export const ENDS_AT = 'least(expires_at, revoked_at)';

/** Adds a credential in the transaction of whatever it belongs to. @returns when it ends */
export async function insertCredential(
  client: pg.PoolClient,
  { organizationId, kind, subject, role, scopes, minted, lifetimeSeconds, revokedFrom, createdBy }: NewCredential,
): Promise<Date | null> {
  const { rows } = await client.query<{ ends_at: Date | null }>({
    // not now(): this transaction may have waited for the one that made the credential before this
    text: `INSERT INTO registry.credentials (key_id, organization_id, kind, subject, role, secret_hash, created_by, created_at,
        expires_at, revoked_at, scopes)
      VALUES ($1, $2, $3::registry."CredentialKind", $4, $5, $6, $7, statement_timestamp(),
        statement_timestamp() + make_interval(secs => $8), $9, $10)
      RETURNING ${ENDS_AT} AS ends_at`,
    values: [
      minted.keyId,
      organizationId,
      kind,
      subject,
      role,
      minted.secretHash,
      createdBy,
      lifetimeSeconds,
      revokedFrom ?? null,
      scopes,
    ],
  });
  return rows[0]?.ends_at ?? null;
}

/** Revokes all that a subject still holds. @returns their key ids */
export async function revokeCredentials(
  client: pg.PoolClient,
  kind: CredentialKind,
  subject: string,
): Promise<string[]> {
  const { rows } = await client.query<{ key_id: string }>({
    text: `UPDATE registry.credentials SET revoked_at = now()
      WHERE kind = $1::registry."CredentialKind" AND subject = $2 AND (revoked_at IS NULL OR revoked_at > now())
      RETURNING key_id`,
    values: [kind, subject],
  });
  return rows.map(({ key_id }) => key_id);
}

/** Revokes all that came about by the word of these. @returns their key ids */
export async function revokeIssued(client: pg.PoolClient, makers: readonly string[]): Promise<string[]> {
  const { rows } = await client.query<{ key_id: string }>({
    text: `UPDATE registry.credentials SET revoked_at = now()
      WHERE created_by = ANY($1::text[]) AND (${ENDS_AT} IS NULL OR ${ENDS_AT} > now()) RETURNING key_id`,
    values: [makers],
  });
  return rows.map(({ key_id }) => key_id);
}

/**
 * Lets what a subject holds end after the overlap, or earlier where it would anyway.
 * @param newestKeyId spares those that are newer than this one; null: none is spared
 * @returns the key ids of those that end
 */
export async function limitCredentials(
  client: pg.PoolClient,
  { kind, subject }: { kind: CredentialKind; subject: string },
  overlapSeconds: number,
  newestKeyId: string | null,
): Promise<string[]> {
  const { rows } = await client.query<{ key_id: string }>({
    text: `UPDATE registry.credentials SET revoked_at = least(revoked_at, statement_timestamp() + make_interval(secs => $3))
      WHERE kind = $1::registry."CredentialKind" AND subject = $2
        AND (expires_at IS NULL OR expires_at > now()) AND (revoked_at IS NULL OR revoked_at > now())
        AND ($4::text IS NULL OR key_id = $4
          OR created_at < (SELECT created_at FROM registry.credentials WHERE key_id = $4))
      RETURNING key_id`,
    values: [kind, subject, overlapSeconds, newestKeyId],
  });
  return rows.map(({ key_id }) => key_id);
}

/** Forgets what a subject's short-lived tokens left behind: those that ended more than a week ago. */
export async function forgetExpired(client: pg.PoolClient, kind: CredentialKind, subject: string): Promise<void> {
  await client.query({
    text: `DELETE FROM registry.credentials
      WHERE kind = $1::registry."CredentialKind" AND subject = $2 AND ${ENDS_AT} < now() - interval '7 days'`,
    values: [kind, subject],
  });
}
