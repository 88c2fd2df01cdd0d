import { MissionEventEntryDto } from '@agion/dto';
import { PermanentError } from '@agion/messaging';
import { entrySigner, eventTime, StreamHandler, type StreamFailure, type StreamMessage } from '@agion/service-kit';
import { STREAMS } from '@agion/wire';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { CoordinationSettings } from '../coordination.config.js';
import { MissionReportsStore } from './mission-reports.store.js';
import type { MissionReport } from './mission.js';

/** Writes down what agents report about missions, each report once. A report about no mission of its organization is a dead letter. */
@Controller()
export class MissionEventsConsumer {
  constructor(
    private readonly store: MissionReportsStore,
    private readonly settings: CoordinationSettings,
  ) {}

  @StreamHandler(STREAMS.missions, { group: 'coordination', entry: MissionEventEntryDto })
  async record(@Payload() messages: StreamMessage<MissionEventEntryDto>[]): Promise<StreamFailure[]> {
    const believed = messages.filter((message) => this.believes(message));
    const unknown = await this.store.record(
      believed.map((message) => ({ organizationId: message.organization.id, report: reportOf(message) })),
    );
    const unproven = messages
      .filter((message) => !believed.includes(message))
      .map((message) => ({ message, error: new PermanentError('nothing proves who wrote this entry') }));
    const lost = believed
      .filter((_, index) => unknown.includes(index))
      .map((message) => ({
        message,
        error: new PermanentError(
          `organization \`${message.organization.slug}\` has no mission \`${message.entry.mission_id}\``,
        ),
      }));
    return [...unproven, ...lost];
  }

  /** In production only what came over HTTP, where the credentials prove who reports: governance has signed it. */
  private believes({ stream, fields }: StreamMessage<object>): boolean {
    return (
      this.settings.mode !== 'production' || entrySigner(stream, fields, this.settings.serviceKeys) === 'governance'
    );
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
