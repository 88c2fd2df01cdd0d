import {
  auditEntry,
  DomainError,
  OutboxPublisher,
  OutgoingClient,
  OutgoingError,
  requireRole,
  ValidationFailedError,
} from '@agion/service-kit';
import { ownerOf, type Principal } from '@agion/wire';
import { Injectable } from '@nestjs/common';
import { GovernanceSettings } from '../governance.config.js';
import { DeliveriesStore, type DeliverySearch } from './deliveries.store.js';
import { webhookSecret } from './webhook-signature.js';
import type { Delivery, Webhook } from './webhook.js';
import { MOST_WEBHOOKS, type WebhookChange, WebhooksStore } from './webhooks.store.js';

export interface WebhookWithSecret {
  webhook: Webhook;
  secret: string;
}

const FACTS = { archive: 'deleted', enable: 'enabled', rotate: 'secret_rotated' } as const satisfies Record<
  WebhookChange,
  string
>;

/** What operators see of webhooks, and admins do with them. */
@Injectable()
export class WebhooksService {
  constructor(
    private readonly webhooks: WebhooksStore,
    private readonly deliveries: DeliveriesStore,
    private readonly outgoing: OutgoingClient,
    private readonly outbox: OutboxPublisher,
    private readonly settings: GovernanceSettings,
  ) {}

  /** @throws ValidationFailedError for an address that is not called; DomainError `conflict` where there are too many */
  async create(
    caller: Principal,
    id: string,
    { url, eventTypes, description }: Pick<Webhook, 'url' | 'eventTypes' | 'description'>,
  ): Promise<WebhookWithSecret> {
    requireRole(caller, 'admin');
    this.requireCallable(url);
    const organizationId = caller.organization.id;
    const webhook = await this.webhooks.create(
      { organizationId, id, url, eventTypes, description, createdBy: ownerOf(caller) },
      factOf(caller, 'created', id, { host: new URL(url).host, event_types: eventTypes }),
    );
    if (!webhook)
      throw new DomainError('conflict', `an organization has at most ${MOST_WEBHOOKS} webhooks`, {
        hint: 'delete one that is no longer needed: DELETE /api/v1/webhooks/{id}',
      });
    this.outbox.nudge();
    return this.withSecret(webhook);
  }

  list(caller: Principal, after: string | null, limit: number): Promise<Webhook[]> {
    requireRole(caller, 'operator');
    return this.webhooks.list(caller.organization.id, { after, limit });
  }

  /** @throws DomainError `webhook-not-found` */
  async find(caller: Principal, id: string): Promise<Webhook> {
    requireRole(caller, 'operator');
    return found(await this.webhooks.find(caller.organization.id, id), id);
  }

  /** @throws DomainError `webhook-not-found` */
  async remove(caller: Principal, id: string): Promise<void> {
    await this.change(caller, id, 'archive');
  }

  /** Switched on again, or as it was. @throws DomainError `webhook-not-found` */
  enable(caller: Principal, id: string): Promise<Webhook> {
    return this.change(caller, id, 'enable');
  }

  /** For a day the secret before signs as well. @throws DomainError `webhook-not-found` */
  async rotate(caller: Principal, id: string): Promise<WebhookWithSecret> {
    return this.withSecret(await this.change(caller, id, 'rotate'));
  }

  /** @throws DomainError `webhook-not-found` */
  async log(caller: Principal, id: string, search: DeliverySearch): Promise<Delivery[]> {
    await this.find(caller, id);
    return this.deliveries.search(caller.organization.id, id, search);
  }

  /** Sends it again, from the first attempt. @throws DomainError `webhook-not-found`, `delivery-not-found`, `conflict` */
  async redeliver(caller: Principal, id: string, eventId: string): Promise<Delivery> {
    const { status } = await this.find(caller, id);
    if (status !== 'active')
      throw new DomainError('conflict', `the webhook \`${id}\` is switched off`, {
        hint: 'switch it on first: POST /api/v1/webhooks/{id}/enable',
      });
    const key = { organizationId: caller.organization.id, webhookId: id, eventId };
    const delivery = await this.deliveries.requeue(key);
    if (!delivery) throw new DomainError('delivery-not-found', `nothing with the id \`${eventId}\` was sent there`);
    return delivery;
  }

  private async change(caller: Principal, id: string, change: WebhookChange): Promise<Webhook> {
    requireRole(caller, 'admin');
    const fact = factOf(caller, FACTS[change], id);
    const webhook = found(await this.webhooks.change(caller.organization.id, id, change, fact), id);
    this.outbox.nudge();
    return webhook;
  }

  private withSecret(webhook: Webhook): WebhookWithSecret {
    return { webhook, secret: webhookSecret(this.settings.streamSecret, webhook) };
  }

  private requireCallable(url: string): void {
    try {
      this.outgoing.check(url);
    } catch (error) {
      if (!(error instanceof OutgoingError)) throw error;
      throw new ValidationFailedError([
        { pointer: '/url', detail: `must be a public https address: ${error.message}` },
      ]);
    }
  }
}

const factOf = (
  caller: Principal,
  change: string,
  id: string,
  details?: Record<string, unknown>,
): ReturnType<typeof auditEntry> =>
  auditEntry({
    type: `webhook.${change}`,
    actor: caller,
    subject: { kind: 'webhook', id },
    outcome: 'succeeded',
    ...(details && { details }),
  });

function found(webhook: Webhook | null, id: string): Webhook {
  if (!webhook) throw new DomainError('webhook-not-found', `there is no webhook \`${id}\``);
  return webhook;
}
