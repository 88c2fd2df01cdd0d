import { LocalDecisionEntryDto } from '@agion/dto';
import { PermanentError, streamIdTime } from '@agion/messaging';
import {
  entrySigner,
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
import { localDecision } from './local-decision.js';

/** Writes down what SDKs have decided by themselves. */
@Controller()
export class LocalDecisionsConsumer {
  constructor(
    private readonly ledger: DecisionLedger,
    private readonly facts: AgentFacts,
    private readonly settings: ServiceSettings,
  ) {}

  @StreamHandler(STREAMS.decisions, { group: 'governance', entry: LocalDecisionEntryDto, batch: 256 })
  async record(@Payload() messages: StreamMessage<LocalDecisionEntryDto>[]): Promise<StreamFailure[]> {
    const believed = messages.filter((message) => this.believes(message));
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
    const error = new PermanentError('nothing proves who wrote this entry');
    return messages.filter((message) => !believed.includes(message)).map((message) => ({ message, error }));
  }

  /** In production only what came over HTTP, where the credentials prove who decided: governance has signed it. */
  private believes({ stream, fields }: StreamMessage<object>): boolean {
    return (
      this.settings.mode !== 'production' || entrySigner(stream, fields, this.settings.serviceKeys) === 'governance'
    );
  }
}
