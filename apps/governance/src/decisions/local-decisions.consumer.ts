import { LocalDecisionEntryDto } from '@agion/dto';
import { PermanentError, streamIdTime } from '@agion/messaging';
import {
  AgentFacts,
  EntryProofs,
  faultIn,
  ServiceSettings,
  type StreamFailure,
  StreamHandler,
  type StreamMessage,
} from '@agion/service-kit';
import { STREAMS } from '@agion/wire';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { forgedAmong } from '../trust/entry-intake.js';
import { firstOfEach } from '../trust/first-of-each.js';
import { TrustIntake } from '../trust/trust-intake.service.js';
import type { NewDecision } from './decision.js';
import { DecisionLedger } from './decision-ledger.service.js';
import { faultInId, localDecision } from './local-decision.js';

/** Writes down what SDKs have decided by themselves. */
@Controller()
export class LocalDecisionsConsumer {
  constructor(
    private readonly ledger: DecisionLedger,
    private readonly facts: AgentFacts,
    private readonly intake: TrustIntake,
    private readonly proofs: EntryProofs,
    private readonly settings: ServiceSettings,
  ) {}

  @StreamHandler(STREAMS.decisions, { group: 'governance', entry: LocalDecisionEntryDto, batch: 256 })
  async record(@Payload() messages: StreamMessage<LocalDecisionEntryDto>[]): Promise<StreamFailure[]> {
    const proofs = await this.proofs.ofEach(messages);
    const faults = messages.map(
      ({ entry, id }, index) => faultIn(proofs[index] ?? 'nobody', this.settings.mode) ?? idFaultOf(entry, id),
    );
    const believed = messages.filter((_, index) => faults[index] === null);
    const decisions: NewDecision[] = [];
    for (const { entry, organization, id } of believed) {
      const denied = entry.decision !== 'allow';
      const agent = denied ? await this.facts.of(organization, entry.agent_id) : null;
      const takenAt = new Date(Math.min(streamIdTime(id), Date.now()));
      const known = { organizationId: organization.id, takenAt, fingerprint: agent?.fingerprint ?? null };
      decisions.push(localDecision(entry, known));
    }
    await this.ledger.recordSoon(
      firstOfEach(decisions, ({ organizationId, decisionId }) => `${organizationId} ${decisionId}`),
    );
    await this.intake.refuse(forgedAmong(messages, proofs));
    return messages.flatMap((message, index) => {
      const fault = faults[index] ?? null;
      return fault === null ? [] : [{ message, error: new PermanentError(fault) }];
    });
  }
}

function idFaultOf({ decision_id: decisionId }: LocalDecisionEntryDto, entryId: string): string | null {
  const fault = faultInId(decisionId, Math.min(streamIdTime(entryId), Date.now()));
  return fault && `decision_id ${fault}`;
}
