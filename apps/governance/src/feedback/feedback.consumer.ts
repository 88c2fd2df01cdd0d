import { FeedbackEntryDto } from '@agion/dto';
import { PermanentError } from '@agion/messaging';
import { AgentFacts, entryIdentity, EntryProofs, eventTime, ServiceSettings, StreamHandler } from '@agion/service-kit';
import type { StreamFailure, StreamMessage } from '@agion/service-kit';
import { STREAMS } from '@agion/wire';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { vouched, type Vouched } from '../trust/entry-intake.js';
import { feedbackEvidence, ratingOf, type Feedback } from './feedback.js';
import { FeedbackService } from './feedback.service.js';

/** Takes in feedback from both of its streams. An entry that no service has signed proves nobody's word but the agent's own. */
@Controller()
export class FeedbackConsumer {
  constructor(
    private readonly feedback: FeedbackService,
    readonly facts: AgentFacts,
    readonly proofs: EntryProofs,
    readonly settings: ServiceSettings,
  ) {}

  @StreamHandler(STREAMS.feedbackSubmissions, { group: 'governance', entry: FeedbackEntryDto })
  submissions(@Payload() messages: StreamMessage<FeedbackEntryDto>[]): Promise<StreamFailure[]> {
    return this.record(messages);
  }

  @StreamHandler(STREAMS.feedback, { group: 'governance', entry: FeedbackEntryDto })
  events(@Payload() messages: StreamMessage<FeedbackEntryDto>[]): Promise<StreamFailure[]> {
    return this.record(messages);
  }

  private async record(messages: StreamMessage<FeedbackEntryDto>[]): Promise<StreamFailure[]> {
    const { taken, refused } = await vouched(messages, this);
    await this.feedback.record(
      taken.map((one) => {
        const feedback = feedbackOf(one);
        const { organization } = one.message;
        return { organization, feedback, evidence: feedbackEvidence(feedback, one.agent.fingerprint) };
      }),
    );
    await this.feedback.refuse(refused);
    return refused.map(({ message, reason }) => ({ message, error: new PermanentError(reason) }));
  }
}

/**
 * Two streams may give entries the same id: without an identity of its own an entry is known by both. A service's signature
 * vouches for the user it names.
 */
const feedbackOf = ({ message, agent, source, proof }: Vouched<FeedbackEntryDto>): Feedback => {
  const { id, stream, organization, entry } = message;
  const byPerson = source === 'platform' && entry.user_id !== undefined;
  return {
    organizationId: organization.id,
    id: entry.event_id ?? entryIdentity(message, proof, `redis:${stream}:${id}`),
    agentId: agent.id,
    rating: ratingOf(entry),
    comment: entry.comment ?? null,
    executionId: entry.execution_id ?? null,
    author: byPerson ? `user:${entry.user_id}` : null,
    claimedUser: entry.user_id ?? null,
    source: byPerson ? 'person' : source,
    at: eventTime(entry.timestamp, id),
  };
};
