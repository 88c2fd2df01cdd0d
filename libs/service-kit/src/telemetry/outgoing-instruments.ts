import { type Counter, metrics } from '@opentelemetry/api';
import type { OutgoingFailure } from '../outgoing/outgoing.errors.js';

/** Records how a call outside went, and `opened` for each origin that is left alone from now on. No address: users could make up series. */
export type RecordOutgoing = (what: 'answered' | 'opened' | OutgoingFailure) => void;

/** `agion_outgoing_calls_total{service, outcome}` and `agion_outgoing_circuits_opened_total{service}` */
export function outgoingCalls(service: string): RecordOutgoing {
  const meter = metrics.getMeter('agion');
  const calls = meter.createCounter('agion.outgoing.calls', { description: 'Calls outside, by how they went.' });
  const opened = meter.createCounter('agion.outgoing.circuits_opened', {
    description: 'Times that an origin which does not answer was left alone.',
  });
  return (what) => (what === 'opened' ? opened.add(1, { service }) : calls.add(1, { service, outcome: what }));
}

let deliveries: Counter | undefined;

/** `agion_webhook_deliveries_total{outcome}`: `dropped` found the queue of their webhook full; `retried` are attempts that failed. */
export function webhookDeliveries(outcome: 'delivered' | 'retried' | 'failed' | 'dropped', count = 1): void {
  deliveries ??= metrics.getMeter('agion').createCounter('agion.webhook.deliveries', {
    description: 'Deliveries to webhooks, by what became of them.',
  });
  deliveries.add(count, { outcome });
}
