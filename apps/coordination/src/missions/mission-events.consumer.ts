import { MissionEventEntryDto } from '@agion/dto';
import { PermanentError } from '@agion/messaging';
import { eventTime, StreamHandler, type StreamFailure, type StreamMessage } from '@agion/service-kit';
import { STREAMS } from '@agion/wire';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { MissionReportsStore } from './mission-reports.store.js';
import type { MissionReport } from './mission.js';

/** Writes down what agents report about missions, each report once. A report about no mission of its organization is a dead letter. */
@Controller()
export class MissionEventsConsumer {
  constructor(private readonly store: MissionReportsStore) {}

  @StreamHandler(STREAMS.missions, { group: 'coordination', entry: MissionEventEntryDto })
  async record(@Payload() messages: StreamMessage<MissionEventEntryDto>[]): Promise<StreamFailure[]> {
    const unknown = await this.store.record(
      messages.map((message) => ({ organizationId: message.organization.id, report: reportOf(message) })),
    );
    return messages
      .filter((_, index) => unknown.includes(index))
      .map((message) => ({
        message,
        error: new PermanentError(
          `organization \`${message.organization.slug}\` has no mission \`${message.entry.mission_id}\``,
        ),
      }));
  }
}

/** Without an identity of its own an entry has the one Redis gave it: its producer must not repeat it. */
const reportOf = ({ id, entry }: StreamMessage<MissionEventEntryDto>): MissionReport => ({
  eventId: entry.event_id ?? `redis:${id}`,
  missionId: entry.mission_id,
  agentId: entry.agent_id,
  type: entry.event_type,
  taskId: entry.task_id ?? null,
  payload: entry.payload ?? null,
  at: eventTime(entry.timestamp, id),
});
