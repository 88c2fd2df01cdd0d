import { UnauthenticatedError } from '@agion/service-kit';
import type pg from 'pg';
import { ENDS_AT, type NewCredential } from './credential-rows.store.js';

/** The credential somebody asks for a new one with. */
export interface Holder {
  /** It ended after it was verified, or is not there any more. */
  ended: boolean;
  /** Seconds it was made for; null: without end. */
  lifetimeSeconds: number | null;
  /** When it ends for its successor's sake; null: nobody has replaced it. What is made with it ends no later, and what is made with that. */
  replacedFrom: Date | null;
  /** Whether what is newer than it is none of its business: its siblings always, and everything once it is being replaced. */
  sparesNewer: boolean;
  /** By whose word it came about, and so what is made with it. */
  createdBy: string;
}

/**
 * Reads the holder's credential and keeps others from replacing it until the transaction ends.
 * @throws UnauthenticatedError when it has just ended
 */
export async function lockHolder(
  client: pg.PoolClient,
  keyId: string,
  { kind, subject }: Pick<NewCredential, 'kind' | 'subject'>,
): Promise<Holder> {
  const { rows } = await client.query<Holder>({
    text: `SELECT created_by AS "createdBy", coalesce(least(expires_at, revoked_at) <= now(), false) AS ended,
        extract(epoch FROM expires_at - created_at)::float8 AS "lifetimeSeconds",
        CASE WHEN revoked_at IS NOT NULL THEN least(expires_at, revoked_at) END AS "replacedFrom",
        revoked_at IS NOT NULL OR (kind = $2::registry."CredentialKind" AND subject = $3) AS "sparesNewer"
      FROM registry.credentials WHERE key_id = $1 FOR UPDATE`,
    values: [keyId, kind, subject],
  });
  const [holder] = rows;
  if (!holder || holder.ended) throw ended();
  return holder;
}

/**
 * Keeps the credential somebody makes others with from ending before the transaction does: what is made with one that has ended, and
 * that somebody still believes, would outlive it.
 * @throws UnauthenticatedError when it has just ended
 */
export async function holdCredential(client: pg.PoolClient, keyId: string | undefined): Promise<void> {
  if (keyId === undefined) return; // a person's, which is not stored
  const { rowCount } = await client.query({
    text: `SELECT FROM registry.credentials WHERE key_id = $1 AND (${ENDS_AT} IS NULL OR ${ENDS_AT} > now()) FOR SHARE`,
    values: [keyId],
  });
  if (rowCount === 0) throw ended();
}

const ended = (): UnauthenticatedError => new UnauthenticatedError('the token is not valid');
