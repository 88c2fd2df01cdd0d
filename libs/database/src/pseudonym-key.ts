import { randomBytes } from 'node:crypto';
import type pg from 'pg';

/** Bytes of a key that pseudonyms are made with. */
const KEY_BYTES = 32;

/**
 * What an organization's pseudonyms of people are made with: made when it is first needed, never changed.
 * @param query asks as governance across organizations
 */
export async function pseudonymKey(
  query: (statement: pg.QueryConfig) => Promise<{ key?: unknown }[]>,
  organizationId: string,
): Promise<Buffer> {
  await query({
    text: `INSERT INTO governance.pseudonym_keys (organization_id, key) VALUES ($1, $2)
      ON CONFLICT (organization_id) DO NOTHING`,
    values: [organizationId, randomBytes(KEY_BYTES)],
  });
  const rows = await query({
    text: 'SELECT key FROM governance.pseudonym_keys WHERE organization_id = $1',
    values: [organizationId],
  });
  const key = rows[0]?.key;
  if (!Buffer.isBuffer(key)) throw new Error('an organization has no key for pseudonyms');
  return key;
}
