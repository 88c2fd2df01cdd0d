import { OrganizationScope } from '@agion/database';
import type { DeliveryStatus } from '@agion/wire';
import { Injectable } from '@nestjs/common';
import type { Delivery, DeliveryKey } from './webhook.js';

/** A place in the log, which is ordered by time and, within a millisecond, by id. */
export interface DeliveryPosition {
  at: Date;
  eventId: string;
}

export interface DeliverySearch {
  status: DeliveryStatus | null;
  after: DeliveryPosition | null;
  limit: number;
}

const COLUMNS = `event_id AS "eventId", type, status, attempts, next_attempt_at AS "nextAttemptAt", log,
  created_at AS "createdAt", finished_at AS "finishedAt"`;
const BEHIND_ALL = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

type Row = Delivery & Record<string, unknown>;

/** `governance.webhook_deliveries` as an organization sees them. */
@Injectable()
export class DeliveriesStore {
  constructor(private readonly scope: OrganizationScope) {}

  /** Newest first. */
  search(organizationId: string, webhookId: string, { status, after, limit }: DeliverySearch): Promise<Delivery[]> {
    return this.scope.query<Row>(organizationId, {
      name: 'search_webhook_deliveries',
      text: `SELECT ${COLUMNS} FROM governance.webhook_deliveries
        WHERE organization_id = $1 AND webhook_id = $2 AND (created_at, event_id) < ($3::timestamptz, $4::uuid)
          AND ($5::text IS NULL OR status = $5)
        ORDER BY created_at DESC, event_id DESC LIMIT $6`,
      values: [organizationId, webhookId, after?.at ?? 'infinity', after?.eventId ?? BEHIND_ALL, status, limit],
    });
  }

  /** Puts one in the queue again, whatever became of it. @returns null when there is none */
  async requeue({ organizationId, webhookId, eventId }: DeliveryKey): Promise<Delivery | null> {
    const [delivery] = await this.scope.query<Row>(organizationId, {
      name: 'requeue_webhook_delivery',
      text: `UPDATE governance.webhook_deliveries
        SET status = 'pending', attempts = 0, next_attempt_at = now(), finished_at = NULL
        WHERE organization_id = $1 AND webhook_id = $2 AND event_id = $3 RETURNING ${COLUMNS}`,
      values: [organizationId, webhookId, eventId],
    });
    return delivery ?? null;
  }
}
