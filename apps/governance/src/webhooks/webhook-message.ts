import type { AuditEvent } from '../audit/audit-event.js';

/** What a receiver is told of a fact (Standard Webhooks: type, timestamp, data). The same text in every attempt. */
export function webhookBody(organizationId: string, event: AuditEvent): string {
  const { eventId, type, actor, subject, outcome, details, source, traceId, at } = event;
  return JSON.stringify({
    type,
    timestamp: at.toISOString(),
    data: {
      event_id: eventId,
      organization_id: organizationId,
      actor,
      subject,
      outcome,
      details,
      source,
      trace_id: traceId,
    },
  });
}
