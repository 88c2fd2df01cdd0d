import type { DeliveryStatus, WebhookStatus } from '@agion/wire';

/** Where facts of the audit trail are sent. */
export interface Webhook {
  organizationId: string;
  id: string;
  url: string;
  /** Types and families such as `policy.*`; none: all. */
  eventTypes: string[];
  description: string | null;
  status: WebhookStatus;
  /** Counts up with each rotation of the secret, from 1. */
  secretGeneration: number;
  /** Until when the secret before the last rotation signs too. */
  previousSecretUntil: Date | null;
  /** Since when every attempt has failed. */
  failingSince: Date | null;
  disabledReason: string | null;
  createdBy: string;
  createdAt: Date;
  updatedAt: Date;
}

export type NewWebhook = Pick<Webhook, 'organizationId' | 'id' | 'url' | 'eventTypes' | 'description' | 'createdBy'>;

/** One attempt, as it is kept. */
export interface Attempt {
  at: string;
  response_status: number | null;
  duration_ms: number;
  error: string | null;
}

/** A fact on its way to a webhook, or there, or given up. */
export interface Delivery {
  eventId: string;
  type: string;
  status: DeliveryStatus;
  attempts: number;
  nextAttemptAt: Date;
  log: Attempt[];
  createdAt: Date;
  finishedAt: Date | null;
}

/** Which delivery: one of one webhook. */
export interface DeliveryKey {
  organizationId: string;
  webhookId: string;
  /** The fact in the audit trail, and `webhook-id` on the wire. */
  eventId: string;
}
