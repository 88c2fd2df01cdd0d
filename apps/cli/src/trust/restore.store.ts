import type pg from 'pg';
import { inTransaction } from './trust-session.store.js';

/** Rows that are written together. */
const BATCH = 1_000;

const EVENTS = `
INSERT INTO governance.trust_events (organization_id, event_id, month, agent_id, event_type, severity, impact, dimension, weight,
  sign, source, reporter, fingerprint, at, recorded_at)
SELECT organization_id, event_id, month, agent_id, event_type, severity, impact, dimension, weight, sign, source, reporter,
  fingerprint, at, recorded_at
FROM jsonb_populate_recordset(NULL::governance.trust_events, $1::jsonb)
ON CONFLICT (organization_id, event_id, month) DO NOTHING`;
const CEILINGS = `
INSERT INTO governance.trust_ceilings SELECT * FROM jsonb_populate_recordset(NULL::governance.trust_ceilings, $1::jsonb)
ON CONFLICT DO NOTHING`;

/** @throws Error where events have been archived: what they added up to still counts there, and would count twice */
export async function requireNothingArchived(client: pg.PoolClient, organizationId: string): Promise<void> {
  const { rows } = await client.query<{ archived: boolean }>({
    text: 'SELECT EXISTS (SELECT FROM governance.trust_archived_sums WHERE organization_id = $1) AS archived',
    values: [organizationId],
  });
  if (rows[0]?.archived)
    throw new Error(
      `the organization \`${organizationId}\` has archived trust events in this platform, which still count: restore into an empty one`,
    );
}

/** Writes rows of an archive; those that are there already stay. @returns how many were new */
export async function restoreRows(
  client: pg.PoolClient,
  content: 'events' | 'ceilings',
  month: string | null,
  rows: AsyncIterable<Record<string, unknown>>,
): Promise<number> {
  if (month !== null) await client.query({ text: 'SELECT governance.restore_trust_month($1)', values: [month] });
  const write = async (batch: readonly object[]): Promise<number> => {
    const text = content === 'events' ? EVENTS : CEILINGS;
    return (await client.query({ text, values: [JSON.stringify(batch)] })).rowCount ?? 0;
  };
  return inTransaction(client, async () => {
    let written = 0;
    let batch: object[] = [];
    for await (const row of rows) {
      batch.push(row);
      if (batch.length < BATCH) continue;
      written += await write(batch);
      batch = [];
    }
    return batch.length > 0 ? written + (await write(batch)) : written;
  });
}
