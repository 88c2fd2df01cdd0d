import { MissionEventEntryDto } from '@agion/dto';
import { PermanentError } from '@agion/messaging';
import {
  EntryProofs,
  eventTime,
  faultIn,
  entryIdentity,
  type Proof,
  StreamHandler,
  type StreamFailure,
  type StreamMessage,
} from '@agion/service-kit';
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
    private readonly proofs: EntryProofs,
    private readonly settings: CoordinationSettings,
  ) {}

  @StreamHandler(STREAMS.missions, { group: 'coordination', entry: MissionEventEntryDto })
  async record(@Payload() messages: StreamMessage<MissionEventEntryDto>[]): Promise<StreamFailure[]> {
    const proofs = await this.proofs.ofEach(messages);
    const believed: StreamMessage<MissionEventEntryDto>[] = [];
    const reports: MissionReport[] = [];
    const unproven: StreamFailure[] = [];
    for (const [index, message] of messages.entries()) {
      const proof = proofs[index] ?? 'nobody';
      const fault = faultIn(proof, this.settings.mode);
      if (fault !== null) unproven.push({ message, error: new PermanentError(fault) });
      else {
        believed.push(message);
        reports.push(reportOf(message, proof));
      }
    }
    const unknown = await this.store.record(
      reports.map((report, index) => ({ organizationId: believed[index]?.organization.id ?? '', report })),
    );
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
}

function reportOf(message: StreamMessage<MissionEventEntryDto>, proof: Proof): MissionReport {
  const { id, entry } = message;
  return {
    eventId: entry.event_id ?? entryIdentity(message, proof, `redis:${message.id}`),
    missionId: entry.mission_id,
    agentId: entry.agent_id,
    type: entry.event_type,
    taskId: entry.task_id ?? null,
    payload: entry.payload ?? null,
    at: eventTime(entry.timestamp, id),
  };
}
