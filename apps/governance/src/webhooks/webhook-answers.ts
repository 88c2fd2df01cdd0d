import type { WebhookDeliveryDto, WebhookDto } from '@agion/dto';
import type { Delivery, Webhook } from './webhook.js';

export const toWebhookDto = (webhook: Webhook): WebhookDto => ({
  id: webhook.id,
  url: webhook.url,
  event_types: webhook.eventTypes,
  description: webhook.description,
  status: webhook.status,
  disabled_reason: webhook.disabledReason,
  failing_since: webhook.failingSince?.toISOString() ?? null,
  previous_secret_until: webhook.previousSecretUntil?.toISOString() ?? null,
  created_by: webhook.createdBy,
  created_at: webhook.createdAt.toISOString(),
  updated_at: webhook.updatedAt.toISOString(),
});

export const toDeliveryDto = (delivery: Delivery): WebhookDeliveryDto => ({
  event_id: delivery.eventId,
  type: delivery.type,
  status: delivery.status,
  attempts: delivery.attempts,
  next_attempt_at: delivery.status === 'pending' ? delivery.nextAttemptAt.toISOString() : null,
  log: delivery.log,
  created_at: delivery.createdAt.toISOString(),
  finished_at: delivery.finishedAt?.toISOString() ?? null,
});
