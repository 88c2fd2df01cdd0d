import { webhookDeliveries } from '@agion/service-kit';
import { MOST_PENDING_DELIVERIES } from '@agion/wire';
import type pg from 'pg';
import type { AuditEvent } from './audit-event.js';

/** A fact with the organization it belongs to. */
export interface AuditFactOf {
  organizationId: string;
  event: AuditEvent;
}

/**
 * In the order of the key: two replicas that write the same entries never wait for each other in a circle. What is new is queued for
 * the webhooks that asked for it in the same statement, so that neither is there without the other. Of a webhook whose queue is full
 * the log has it, as dropped.
 */
const RECORD = `
WITH recorded AS (
  INSERT INTO governance.audit_events
    (organization_id, event_id, type, actor, subject, outcome, details, source, trace_id, at)
  SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::jsonb[], $5::jsonb[], $6::text[], $7::jsonb[], $8::text[], $9::text[], $10::timestamptz[])
  ORDER BY 1, 2
  ON CONFLICT (organization_id, event_id) DO NOTHING
  RETURNING organization_id, event_id, type),
asking AS MATERIALIZED (
  SELECT w.organization_id, w.id, w.event_types, EXISTS (
      SELECT FROM governance.webhook_deliveries d
      WHERE d.organization_id = w.organization_id AND d.webhook_id = w.id AND d.status = 'pending'
      OFFSET ${MOST_PENDING_DELIVERIES - 1}) AS is_full
  FROM governance.webhooks w
  WHERE w.status = 'active' AND w.organization_id IN (SELECT organization_id FROM recorded)),
queued AS (
  INSERT INTO governance.webhook_deliveries (organization_id, webhook_id, event_id, type, status, finished_at)
  SELECT r.organization_id, w.id, r.event_id, r.type,
    CASE WHEN w.is_full THEN 'dropped' ELSE 'pending' END, CASE WHEN w.is_full THEN now() END
  FROM recorded r JOIN asking w ON w.organization_id = r.organization_id
  WHERE w.event_types = '{}' OR w.event_types && ARRAY[r.type, split_part(r.type, '.', 1) || '.*']
  ORDER BY 1, 2, 3
  RETURNING status)
SELECT event_id, (SELECT count(*)::int FROM queued WHERE status = 'dropped') AS dropped FROM recorded`;

/** A fact that is new, and how many deliveries of all that came with it found no room. */
export interface RecordedRow {
  event_id: string;
  dropped: number;
}

/** Counts what the statement could not queue. @returns how many facts are new */
export function countRecorded(rows: readonly RecordedRow[]): number {
  const [first] = rows;
  if (first && first.dropped > 0) webhookDeliveries('dropped', first.dropped);
  return rows.length;
}

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
  countRecorded((await client.query<RecordedRow>(recordAuditEvents(facts))).rows);
}
