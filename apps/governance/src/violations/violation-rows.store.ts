import type pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import type { NewViolation } from './violation.js';

const INSERT = `
INSERT INTO governance.violations (organization_id, violation_id, reference, kind, agent_id, severity, summary, details,
  decision_id, at)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::jsonb[],
  $9::text[], $10::timestamptz[])
ORDER BY 1, 3
ON CONFLICT (organization_id, reference) DO NOTHING`;

/** Opens violations in the transaction of what they follow from, each `reference` once, in one statement. */
export async function insertViolations(client: pg.PoolClient, rows: readonly NewViolation[]): Promise<void> {
  if (rows.length === 0) return;
  await client.query({
    name: 'insert_violations',
    text: INSERT,
    values: [
      rows.map(({ organizationId }) => organizationId),
      rows.map(({ at }) => uuidv7({ msecs: at.getTime() })),
      rows.map(({ reference }) => reference),
      rows.map(({ kind }) => kind),
      rows.map(({ agentId }) => agentId),
      rows.map(({ severity }) => severity),
      rows.map(({ summary }) => summary),
      rows.map(({ details }) => details && JSON.stringify(details)),
      rows.map(({ decisionId }) => decisionId),
      rows.map(({ at }) => at),
    ],
  });
}
