import { AuditEntryDto } from '@agion/dto';
import { PermanentError } from '@agion/messaging';
import { entrySigner, eventTime, ServiceSettings, StreamHandler } from '@agion/service-kit';
import type { StreamFailure, StreamMessage } from '@agion/service-kit';
import { STREAMS } from '@agion/wire';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import type { AuditEvent } from './audit-event.js';
import { AuditStore } from './audit.store.js';

/** Writes down what services say was done. Only what a service has signed for this very stream is believed. */
@Controller()
export class AuditEventsConsumer {
  constructor(
    private readonly store: AuditStore,
    private readonly settings: ServiceSettings,
  ) {}

  @StreamHandler(STREAMS.audit, { group: 'governance', entry: AuditEntryDto, batch: 500, overlap: 2 })
  async record(@Payload() messages: StreamMessage<AuditEntryDto>[]): Promise<StreamFailure[]> {
    const failures: StreamFailure[] = [];
    const facts: { organizationId: string; event: AuditEvent }[] = [];
    for (const message of messages) {
      const source = entrySigner(message.stream, message.fields, this.settings.serviceKeys);
      if (source) facts.push({ organizationId: message.organization.id, event: eventOf(message, source) });
      else
        failures.push({ message, error: new PermanentError('no known service has signed this entry for this stream') });
    }
    if (facts.length > 0) await this.store.record(facts);
    return failures;
  }
}

function eventOf({ id, entry }: StreamMessage<AuditEntryDto>, source: AuditEvent['source']): AuditEvent {
  const { event_id: eventId, type, actor, subject, outcome, details = null, trace_id: traceId = null } = entry;
  return { eventId, type, actor, subject, outcome, details, source, traceId, at: eventTime(entry.timestamp, id) };
}
