import { readTrustEvent, TrustEventEntryDto } from '@agion/dto';
import { PermanentError } from '@agion/messaging';
import { AgentFacts, entryIdentity, EntryProofs, eventTime, ServiceSettings, StreamHandler } from '@agion/service-kit';
import type { StreamFailure, StreamMessage } from '@agion/service-kit';
import { STREAMS } from '@agion/wire';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { vouched, type Vouched } from './entry-intake.js';
import { evidenceOf } from './trust-event.js';
import type { TrustEvidence } from './trust-evidence.js';
import { TrustIntake } from './trust-intake.service.js';

/** Takes in what speaks for and against agents, each event once. What no service has signed is the agent's own word. */
@Controller()
export class TrustEventsConsumer {
  constructor(
    private readonly intake: TrustIntake,
    readonly facts: AgentFacts,
    readonly proofs: EntryProofs,
    readonly settings: ServiceSettings,
  ) {}

  @StreamHandler(STREAMS.trust, {
    group: 'governance',
    entry: TrustEventEntryDto,
    read: readTrustEvent,
    batch: 2_000,
    overlap: 2,
  })
  async record(@Payload() messages: StreamMessage<TrustEventEntryDto>[]): Promise<StreamFailure[]> {
    const { taken, refused } = await vouched(messages, this);
    await this.intake.record(taken.map((one) => ({ organization: one.message.organization, row: evidenceIn(one) })));
    await this.intake.refuse(refused);
    return refused.map(({ message, reason }) => ({ message, error: new PermanentError(reason) }));
  }
}

const evidenceIn = ({ message, agent, source, proof }: Vouched<TrustEventEntryDto>): TrustEvidence => {
  const { id, entry, organization } = message;
  return evidenceOf(entry, {
    organization,
    agent,
    source,
    reporter: source === 'platform' ? (entry.reporter ?? null) : null,
    fallbackId: entryIdentity(message, proof, `redis:${id}`),
    at: eventTime(entry.timestamp, id),
  });
};
