import type pg from 'pg';
import type { NewCredential } from './credential-rows.store.js';

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
}

const ENDED: Holder = { ended: true, lifetimeSeconds: null, replacedFrom: null, sparesNewer: true };

/** Reads the holder's credential and keeps others from replacing it until the transaction ends. */
export async function lockHolder(
  client: pg.PoolClient,
  keyId: string,
  { kind, subject }: Pick<NewCredential, 'kind' | 'subject'>,
): Promise<Holder> {
  const { rows } = await client.query<Holder>({
    text: `SELECT coalesce(least(expires_at, revoked_at) <= now(), false) AS ended,
        extract(epoch FROM expires_at - created_at)::float8 AS "lifetimeSeconds",
        CASE WHEN revoked_at IS NOT NULL THEN least(expires_at, revoked_at) END AS "replacedFrom",
        revoked_at IS NOT NULL OR (kind = $2::registry."CredentialKind" AND subject = $3) AS "sparesNewer"
      FROM registry.credentials WHERE key_id = $1 FOR UPDATE`,
    values: [keyId, kind, subject],
  });
  return rows[0] ?? ENDED;
}
