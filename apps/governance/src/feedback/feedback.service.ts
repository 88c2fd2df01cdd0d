import { Injectable } from '@nestjs/common';
import { AgentFacts, ValidationFailedError } from '@agion/service-kit';
import { ownerOf, type Organization, type Principal } from '@agion/wire';
import { v7 as uuidv7 } from 'uuid';
import type { SubmitFeedbackDto } from '@agion/dto';
import type { Refused } from '../trust/entry-intake.js';
import { AgentNotFoundError } from '../trust/trust.errors.js';
import { TrustIntake } from '../trust/trust-intake.service.js';
import { sourceOfCaller } from '../trust/trust-source.js';
import { feedbackEvidence, ratingOf, type Feedback } from './feedback.js';
import { FeedbackStore, type NewFeedback } from './feedback.store.js';

/** Takes in feedback, from wherever it comes. */
@Injectable()
export class FeedbackService {
  constructor(
    private readonly store: FeedbackStore,
    private readonly facts: AgentFacts,
    private readonly intake: TrustIntake,
  ) {}

  /** Somebody's word over HTTP, whose identity is proven. @throws AgentNotFoundError */
  async submit(caller: Principal, body: SubmitFeedbackDto, at: Date): Promise<Feedback> {
    const { organization } = caller;
    if (body.rating !== undefined && body.thumb !== undefined)
      throw new ValidationFailedError([{ pointer: '/thumb', detail: 'must be left out where there is a rating' }]);
    const agent = await this.facts.of(organization, body.agent_id);
    if (!agent) throw new AgentNotFoundError(body.agent_id);
    const feedback: Feedback = {
      organizationId: organization.id,
      id: uuidv7(),
      agentId: agent.id,
      rating: ratingOf(body),
      comment: body.comment ?? null,
      executionId: body.execution_id ?? null,
      author: ownerOf(caller),
      claimedUser: caller.kind === 'user' ? caller.subject : null,
      source: sourceOfCaller(caller, agent.id),
      at,
    };
    await this.record([{ organization, feedback, evidence: feedbackEvidence(feedback, agent.fingerprint) }]);
    return feedback;
  }

  /** What cannot be taken in is looked at for forgeries. */
  refuse(refused: readonly Refused<{ agent_id: string }>[]): Promise<void> {
    return this.intake.refuse(refused);
  }

  /** Each once, however often it comes. */
  async record(given: readonly (NewFeedback & { organization: Organization })[]): Promise<void> {
    if (given.length === 0) return;
    await this.store.record(given);
    await this.intake.committed(
      given.map(({ organization, feedback }) => ({ organization, agentId: feedback.agentId })),
    );
  }
}
