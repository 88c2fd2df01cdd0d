import type pg from 'pg';
import type { Role, TokenKind } from '@agion/wire';
import type { MintedToken } from './token.js';

/** A credential to be: who it speaks for and how long. */
export interface NewCredential {
  organizationId: string;
  kind: TokenKind;
  subject: string;
  role: Role | null;
  minted: MintedToken;
  /** Seconds it lives; null: without end. */
  lifetimeSeconds: number | null;
  createdBy: string;
}

/** Adds a credential in the transaction of whatever it belongs to. @returns when it ends */
export async function insertCredential(
  client: pg.PoolClient,
  { organizationId, kind, subject, role, minted, lifetimeSeconds, createdBy }: NewCredential,
): Promise<Date | null> {
  const { rows } = await client.query<{ expires_at: Date | null }>({
    text: `INSERT INTO registry.credentials (key_id, organization_id, kind, subject, role, secret_hash, created_by, expires_at)
      VALUES ($1, $2, $3::registry."CredentialKind", $4, $5, $6, $7, now() + make_interval(secs => $8)) RETURNING expires_at`,
    values: [minted.keyId, organizationId, kind, subject, role, minted.secretHash, createdBy, lifetimeSeconds],
  });
  return rows[0]?.expires_at ?? null;
}

/** Revokes all that a subject still holds. @returns their key ids */
export async function revokeCredentials(client: pg.PoolClient, kind: TokenKind, subject: string): Promise<string[]> {
  const { rows } = await client.query<{ key_id: string }>({
    text: `UPDATE registry.credentials SET revoked_at = now()
      WHERE kind = $1::registry."CredentialKind" AND subject = $2 AND revoked_at IS NULL RETURNING key_id`,
    values: [kind, subject],
  });
  return rows.map(({ key_id }) => key_id);
}

/** Lets all that a subject holds end after the overlap, or earlier where they would anyway. @returns their key ids */
export async function limitCredentials(
  client: pg.PoolClient,
  kind: TokenKind,
  subject: string,
  overlapSeconds: number,
): Promise<string[]> {
  const { rows } = await client.query<{ key_id: string }>({
    text: `UPDATE registry.credentials SET expires_at = least(expires_at, now() + make_interval(secs => $3))
      WHERE kind = $1::registry."CredentialKind" AND subject = $2 AND revoked_at IS NULL
        AND (expires_at IS NULL OR expires_at > now()) RETURNING key_id`,
    values: [kind, subject, overlapSeconds],
  });
  return rows.map(({ key_id }) => key_id);
}

/** Forgets what a subject's short-lived tokens left behind: those that ended more than a week ago. */
export async function forgetExpired(client: pg.PoolClient, kind: TokenKind, subject: string): Promise<void> {
  await client.query({
    text: `DELETE FROM registry.credentials
      WHERE kind = $1::registry."CredentialKind" AND subject = $2 AND expires_at < now() - interval '7 days'`,
    values: [kind, subject],
  });
}
