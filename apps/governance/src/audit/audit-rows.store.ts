import type pg from 'pg';
import type { AuditEvent } from './audit-event.js';

/** A fact with the organization it belongs to. */
export interface AuditFactOf {
  organizationId: string;
  event: AuditEvent;
}

/** In the order of the key: two replicas that write the same entries never wait for each other in a circle. */
const RECORD = `
INSERT INTO governance.audit_events
  (organization_id, event_id, type, actor, subject, outcome, details, source, trace_id, at)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::jsonb[], $5::jsonb[], $6::text[], $7::jsonb[], $8::text[], $9::text[], $10::timestamptz[])
ORDER BY 1, 2
ON CONFLICT (organization_id, event_id) DO NOTHING
RETURNING event_id`;

/** The statement that writes facts of any organizations; those that are there already stay as they are. */
export function recordAuditEvents(facts: readonly AuditFactOf[]): pg.QueryConfig {
  const events = facts.map(({ event }) => event);
  return {
    name: 'record_audit_events',
    text: RECORD,
    values: [
      facts.map(({ organizationId }) => organizationId),
      events.map(({ eventId }) => eventId),
      events.map(({ type }) => type),
      events.map(({ actor }) => JSON.stringify(actor)),
      events.map(({ subject }) => JSON.stringify(subject)),
      events.map(({ outcome }) => outcome),
      events.map(({ details }) => details && JSON.stringify(details)),
      events.map(({ source }) => source),
      events.map(({ traceId }) => traceId),
      events.map(({ at }) => at),
    ],
  };
}

/** Writes facts in the transaction of what they tell of. */
export async function insertAuditEvents(client: pg.PoolClient, facts: readonly AuditFactOf[]): Promise<void> {
  await client.query(recordAuditEvents(facts));
}
