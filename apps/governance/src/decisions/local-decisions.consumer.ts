import { LocalDecisionEntryDto } from '@agion/dto';
import { PermanentError, streamIdTime } from '@agion/messaging';
import {
  EntryProofs,
  faultIn,
  ServiceSettings,
  StreamHandler,
  type StreamFailure,
  type StreamMessage,
} from '@agion/service-kit';
import { STREAMS } from '@agion/wire';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { AgentFacts } from '../trust/agent-facts.client.js';
import { firstOfEach } from '../trust/first-of-each.js';
import type { NewDecision } from './decision.js';
import { DecisionLedger } from './decision-ledger.service.js';
import { faultInId, localDecision } from './local-decision.js';

/** Writes down what SDKs have decided by themselves. */
@Controller()
export class LocalDecisionsConsumer {
  constructor(
    private readonly ledger: DecisionLedger,
    private readonly facts: AgentFacts,
    private readonly proofs: EntryProofs,
    private readonly settings: ServiceSettings,
  ) {}

  @StreamHandler(STREAMS.decisions, { group: 'governance', entry: LocalDecisionEntryDto, batch: 256 })
  async record(@Payload() messages: StreamMessage<LocalDecisionEntryDto>[]): Promise<StreamFailure[]> {
    const faults = await this.faultsOf(messages);
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
    return messages.flatMap((message, index) => {
      const fault = faults[index] ?? null;
      return fault === null ? [] : [{ message, error: new PermanentError(fault) }];
    });
  }

  /** Why each of the entries is not believed; null: it is. */
  private async faultsOf(messages: readonly StreamMessage<LocalDecisionEntryDto>[]): Promise<(string | null)[]> {
    const proofs = await this.proofs.ofEach(messages);
    return proofs.map((proof, index) => faultIn(proof, this.settings.mode) ?? idFaultOf(messages[index]));
  }
}

function idFaultOf(message: StreamMessage<LocalDecisionEntryDto> | undefined): string | null {
  const fault = message ? faultInId(message.entry.decision_id, Math.min(streamIdTime(message.id), Date.now())) : null;
  return fault && `decision_id ${fault}`;
}
