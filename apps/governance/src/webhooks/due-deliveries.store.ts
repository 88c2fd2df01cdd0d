import { WorkerPool } from '@agion/database';
import { Injectable } from '@nestjs/common';
import type pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import type { AuditEvent } from '../audit/audit-event.js';
import { insertAuditEvents } from '../audit/audit-rows.store.js';
import type { SecretState } from './webhook-signature.js';
import type { Attempt, DeliveryKey } from './webhook.js';

/** A delivery this process has taken on. */
export interface DueDelivery extends DeliveryKey {
  /** Which attempt this is, from 1. */
  attempt: number;
  url: string;
  secret: SecretState;
  event: AuditEvent;
}

/** What came of an attempt. */
export interface Outcome {
  attempt: Attempt;
  delivered: boolean;
  /** The receiver says that it is gone for good. */
  gone: boolean;
  /** Milliseconds until the next attempt; null: none. */
  retryInMs: number | null;
}

type DueRow = Omit<AuditEvent, 'eventId'> & Omit<DueDelivery, 'secret' | 'event'> & Omit<SecretState, 'id'>;

/**
 * For each webhook a few that are due, so that a slow receiver keeps no other waiting. They are taken on by moving the time of the
 * next attempt behind the end of this one: a process that dies leaves them to be due again.
 */
const CLAIM = `
WITH due AS (
  SELECT d.* FROM governance.webhooks w
  LEFT JOIN unnest($2::uuid[], $3::int[]) AS here (id, attempts) ON here.id = w.id
  CROSS JOIN LATERAL (
    SELECT organization_id, webhook_id, event_id FROM governance.webhook_deliveries
    WHERE organization_id = w.organization_id AND webhook_id = w.id AND status = 'pending' AND next_attempt_at <= now()
    ORDER BY next_attempt_at LIMIT greatest(0, $1::int - coalesce(here.attempts, 0)) FOR UPDATE SKIP LOCKED) d
  WHERE w.status = 'active' LIMIT $4),
taken AS (
  UPDATE governance.webhook_deliveries d
  SET attempts = d.attempts + 1, next_attempt_at = now() + $5::int * interval '1 millisecond'
  FROM due WHERE (d.organization_id, d.webhook_id, d.event_id) = (due.organization_id, due.webhook_id, due.event_id)
  RETURNING d.organization_id, d.webhook_id, d.event_id, d.attempts)
SELECT t.organization_id AS "organizationId", t.webhook_id AS "webhookId", t.event_id AS "eventId", t.attempts AS attempt,
  w.url, w.secret_generation AS "secretGeneration", w.previous_secret_until AS "previousSecretUntil",
  e.type, e.actor, e.subject, e.outcome, e.details, e.source, e.trace_id AS "traceId", e.at
FROM taken t
JOIN governance.webhooks w ON w.organization_id = t.organization_id AND w.id = t.webhook_id
JOIN governance.audit_events e ON e.organization_id = t.organization_id AND e.event_id = t.event_id`;

/** Only the attempt that was taken on last says what became of it; a success counts whenever it comes. */
const FINISH = `
UPDATE governance.webhook_deliveries
SET status = $4, finished_at = CASE WHEN $4 = 'pending' THEN NULL ELSE now() END,
  next_attempt_at = now() + $5::int * interval '1 millisecond',
  log = CASE WHEN jsonb_array_length(log) >= 20 THEN log - 0 ELSE log END || $6::jsonb
WHERE organization_id = $1 AND webhook_id = $2 AND event_id = $3 AND (attempts = $7 OR $4 = 'delivered') AND status = 'pending'`;

/** The queue behind `governance.webhook_deliveries`, across organizations. */
@Injectable()
export class DueDeliveriesStore {
  constructor(private readonly worker: WorkerPool) {}

  /**
   * Takes on up to `limit` deliveries, and of each webhook as many as make `each` with those `underWay` here, by its id.
   * @param leaseMs after which another process may try the same; longer than an attempt takes
   */
  async claim(options: {
    limit: number;
    each: number;
    underWay: ReadonlyMap<string, number>;
    leaseMs: number;
  }): Promise<DueDelivery[]> {
    const { limit, each, underWay, leaseMs } = options;
    const rows = await this.worker.query<DueRow & pg.QueryResultRow>({
      name: 'claim_webhook_deliveries',
      text: CLAIM,
      values: [each, [...underWay.keys()], [...underWay.values()], limit, leaseMs],
    });
    return rows.map(
      ({ organizationId, webhookId, eventId, attempt, url, secretGeneration, previousSecretUntil, ...event }) => ({
        organizationId,
        webhookId,
        eventId,
        attempt,
        url,
        secret: { organizationId, id: webhookId, secretGeneration, previousSecretUntil },
        event: { eventId, ...event },
      }),
    );
  }

  /** Writes down what came of an attempt. A webhook that has failed for `patienceDays`, or whose receiver is gone, is switched off. */
  async finish(delivery: DueDelivery, outcome: Outcome, patienceDays: number): Promise<void> {
    const { organizationId, webhookId, eventId, attempt } = delivery;
    const { delivered, gone, retryInMs } = outcome;
    const status = delivered ? 'delivered' : retryInMs === null ? 'failed' : 'pending';
    const log = JSON.stringify([outcome.attempt]);
    await this.worker.transaction(async (client) => {
      await client.query({
        name: 'finish_webhook_delivery',
        text: FINISH,
        values: [organizationId, webhookId, eventId, status, retryInMs ?? 0, log, attempt],
      });
      if (delivered) await recovered(client, delivery);
      else await failed(client, delivery, gone, patienceDays);
    });
  }

  /** Removes what has been finished for `days`. @returns how many there were */
  async forget(days: number): Promise<number> {
    const rows = await this.worker.query({
      text: `DELETE FROM governance.webhook_deliveries WHERE (organization_id, webhook_id, event_id) IN (
        SELECT organization_id, webhook_id, event_id FROM governance.webhook_deliveries
        WHERE finished_at < now() - $1::int * interval '1 day' LIMIT 5000) RETURNING event_id`,
      values: [days],
    });
    return rows.length;
  }
}

async function recovered(client: pg.PoolClient, { organizationId, webhookId }: DeliveryKey): Promise<void> {
  await client.query({
    text: 'UPDATE governance.webhooks SET failing_since = NULL WHERE organization_id = $1 AND id = $2 AND failing_since IS NOT NULL',
    values: [organizationId, webhookId],
  });
}

async function failed(
  client: pg.PoolClient,
  { organizationId, webhookId, url }: DueDelivery,
  gone: boolean,
  patienceDays: number,
): Promise<void> {
  const reason = gone ? 'the receiver answered 410 Gone' : `nothing could be delivered for ${patienceDays} days`;
  await client.query({
    text: 'UPDATE governance.webhooks SET failing_since = now() WHERE organization_id = $1 AND id = $2 AND failing_since IS NULL',
    values: [organizationId, webhookId],
  });
  const { rowCount } = await client.query({
    text: `UPDATE governance.webhooks SET status = 'disabled', disabled_reason = $3, updated_at = now()
      WHERE organization_id = $1 AND id = $2 AND status = 'active'
        AND ($4::bool OR failing_since < now() - $5::int * interval '1 day')`,
    values: [organizationId, webhookId, reason, gone, patienceDays],
  });
  if (rowCount === 0) return;
  await client.query({
    text: `UPDATE governance.webhook_deliveries SET status = 'failed', finished_at = now()
      WHERE organization_id = $1 AND webhook_id = $2 AND status = 'pending'`,
    values: [organizationId, webhookId],
  });
  const event: AuditEvent = {
    eventId: uuidv7(),
    type: 'webhook.disabled',
    actor: { kind: 'platform', id: 'platform' },
    subject: { kind: 'webhook', id: webhookId, host: URL.parse(url)?.host ?? null },
    outcome: 'failed',
    details: { reason },
    source: 'governance',
    traceId: null,
    at: new Date(),
  };
  await insertAuditEvents(client, [{ organizationId, event }]);
}
