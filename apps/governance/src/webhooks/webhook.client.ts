import { OutgoingClient, OutgoingError } from '@agion/service-kit';
import { Injectable } from '@nestjs/common';
import { GovernanceSettings } from '../governance.config.js';
import type { DueDelivery } from './due-deliveries.store.js';
import { retryAfter } from './retry-delay.js';
import { webhookBody } from './webhook-message.js';
import { secretsOf, signatureOf } from './webhook-signature.js';

/** What came back from a receiver. */
export interface Receipt {
  at: Date;
  durationMs: number;
  /** What it answered; null: nothing, for which `error` is the reason. */
  status: number | null;
  error: string | null;
  /** Milliseconds it wants to be left alone. */
  retryAfterMs: number;
}

/** Sends a fact to a receiver, once, as Standard Webhooks says. What the receiver answers beyond its status is not read. */
@Injectable()
export class WebhookClient {
  constructor(
    private readonly outgoing: OutgoingClient,
    private readonly settings: GovernanceSettings,
  ) {}

  /** @throws the signal's reason */
  async send({ url, organizationId, event, eventId, secret }: DueDelivery, signal: AbortSignal): Promise<Receipt> {
    const at = new Date();
    const body = webhookBody(organizationId, event);
    const timestamp = Math.floor(at.getTime() / 1_000);
    const secrets = secretsOf(this.settings.streamSecret, secret, at);
    const receipt = { at, status: null, error: null, retryAfterMs: 0 };
    try {
      const answer = await this.outgoing.open(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'user-agent': 'Agion-Webhooks/1',
          'webhook-id': eventId,
          'webhook-timestamp': String(timestamp),
          'webhook-signature': signatureOf(secrets, eventId, timestamp, body),
        },
        body,
        countedFor: organizationId, // two organizations may have receivers at one origin
        limits: { timeoutMs: this.settings.webhookTimeoutMs, maxRedirects: 0 },
        signal,
      });
      answer.discard();
      const { status, headers } = answer;
      const durationMs = Date.now() - at.getTime();
      return { ...receipt, durationMs, status, retryAfterMs: retryAfter(headers['retry-after'], new Date()) };
    } catch (error) {
      if (!(error instanceof OutgoingError)) throw error;
      return { ...receipt, durationMs: Date.now() - at.getTime(), error: error.reason };
    }
  }
}
