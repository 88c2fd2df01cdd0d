import { Outbox, OrganizationScope } from '@agion/database';
import type { AuditEntry } from '@agion/service-kit';
import { Injectable } from '@nestjs/common';
import type { NewWebhook, Webhook } from './webhook.js';

const COLUMNS = `organization_id AS "organizationId", id, url, event_types AS "eventTypes", description, status,
  secret_generation AS "secretGeneration", previous_secret_until AS "previousSecretUntil", failing_since AS "failingSince",
  disabled_reason AS "disabledReason", created_by AS "createdBy", created_at AS "createdAt", updated_at AS "updatedAt"`;
const BEHIND_ALL = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/** Webhooks one organization may have. */
export const MOST_WEBHOOKS = 20;

type Row = Webhook & Record<string, unknown>;

/** A change of one webhook, as SQL: constants of this file, never input. */
const CHANGES = {
  archive: `status = 'archived'`,
  enable: `status = 'active', failing_since = NULL, disabled_reason = NULL`,
  rotate: `secret_generation = secret_generation + 1, previous_secret_until = now() + interval '24 hours'`,
} as const;
export type WebhookChange = keyof typeof CHANGES;

/** `governance.webhooks`. */
@Injectable()
export class WebhooksStore {
  constructor(
    private readonly scope: OrganizationScope,
    private readonly outbox: Outbox,
  ) {}

  /** @returns null when the organization has as many as it may */
  create(webhook: NewWebhook, audit: AuditEntry): Promise<Webhook | null> {
    const { organizationId, id, url, eventTypes, description, createdBy } = webhook;
    return this.scope.transaction(organizationId, async (client) => {
      await client.query("SELECT pg_advisory_xact_lock(hashtext('webhooks'), hashtext($1))", [organizationId]); // or two could be the last one
      const { rows } = await client.query<Row>({
        text: `INSERT INTO governance.webhooks (organization_id, id, url, event_types, description, created_by)
          SELECT $1, $2, $3, $4, $5, $6
          WHERE (SELECT count(*) FROM governance.webhooks WHERE organization_id = $1 AND status <> 'archived') < $7
          RETURNING ${COLUMNS}`,
        values: [organizationId, id, url, eventTypes, description, createdBy, MOST_WEBHOOKS],
      });
      if (rows[0]) await this.outbox.append(client, audit);
      return rows[0] ?? null;
    });
  }

  /** Those that are not archived, newest first. */
  list(organizationId: string, { after, limit }: { after: string | null; limit: number }): Promise<Webhook[]> {
    return this.scope.query<Row>(organizationId, {
      name: 'list_webhooks',
      text: `SELECT ${COLUMNS} FROM governance.webhooks
        WHERE organization_id = $1 AND status <> 'archived' AND id < $2::uuid ORDER BY id DESC LIMIT $3`,
      values: [organizationId, after ?? BEHIND_ALL, limit],
    });
  }

  async find(organizationId: string, id: string): Promise<Webhook | null> {
    const [webhook] = await this.scope.query<Row>(organizationId, {
      name: 'find_webhook',
      text: `SELECT ${COLUMNS} FROM governance.webhooks WHERE organization_id = $1 AND id = $2 AND status <> 'archived'`,
      values: [organizationId, id],
    });
    return webhook ?? null;
  }

  /** Changes one, with its audit fact. What waits for one that is archived is given up. @returns null when there is none */
  change(organizationId: string, id: string, change: WebhookChange, audit: AuditEntry): Promise<Webhook | null> {
    return this.scope.transaction(organizationId, async (client) => {
      const { rows } = await client.query<Row>({
        text: `UPDATE governance.webhooks SET ${CHANGES[change]}, updated_at = now()
          WHERE organization_id = $1 AND id = $2 AND status <> 'archived' RETURNING ${COLUMNS}`,
        values: [organizationId, id],
      });
      if (!rows[0]) return null;
      if (change === 'archive')
        await client.query({
          text: `UPDATE governance.webhook_deliveries SET status = 'failed', finished_at = now()
            WHERE organization_id = $1 AND webhook_id = $2 AND status = 'pending'`,
          values: [organizationId, id],
        });
      await this.outbox.append(client, audit);
      return rows[0];
    });
  }
}
