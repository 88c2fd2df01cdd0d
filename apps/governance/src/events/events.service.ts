import { Injectable } from '@nestjs/common';
import { AgentFacts, eventTime, type KnownAgent, requireRole, ValidationFailedError } from '@agion/service-kit';
import { ownerOf, type InputFault, type Principal } from '@agion/wire';
import { v7 as uuidv7 } from 'uuid';
import { feedbackEvidence, ratingOf, type Feedback } from '../feedback/feedback.js';
import { FeedbackStore, type NewFeedback } from '../feedback/feedback.store.js';
import type { TrustEvidence } from '../trust/trust-evidence.js';
import { evidenceOf } from '../trust/trust-event.js';
import { TrustIntake } from '../trust/trust-intake.service.js';
import { sourceOfCaller } from '../trust/trust-source.js';
import { eventsIn } from './event-body.js';
import { readEvent, type ReadEvent } from './event-reader.js';
import { falseClaimOf } from './false-claim.js';
import { EventsPublisher } from './events.publisher.js';

/** Faults told of one event: the first say enough, and each bad event is to be named. */
const MOST_OF_ONE = 4;

export interface Accepted {
  received: number;
  accepted: number;
}

/** What agents report over HTTP instead of over streams: the same classes, the same stores. */
@Injectable()
export class EventsService {
  constructor(
    private readonly facts: AgentFacts,
    private readonly feedback: FeedbackStore,
    private readonly intake: TrustIntake,
    private readonly publisher: EventsPublisher,
  ) {}

  /** All of them, or none. @throws ValidationFailedError naming each fault; ForbiddenError for people below operator */
  async accept(caller: Principal, body: unknown, now: Date): Promise<Accepted> {
    if (caller.kind !== 'agent' && caller.kind !== 'container') requireRole(caller, 'operator');
    const given = eventsIn(body);
    const read = given.events.map((event) => readEvent(event, caller));
    const events = read.flatMap(({ event }) => event ?? []);
    const agents = await this.facts.ofEach(
      events.map(({ entry }) => ({ organization: caller.organization, agentId: entry.agent_id })),
    );
    const faultsOfEach = read.flatMap(({ faults }) => faults.slice(0, MOST_OF_ONE));
    const faults = [...given.faults, ...faultsOfEach, ...unknownAgents(events, agents)];
    if (faults.length > 0) {
      await this.charge(caller, events, agents, now);
      throw new ValidationFailedError(faults, faults.length);
    }
    return this.take(caller, events, agents as KnownAgent[], now);
  }

  /** What of it was said in the name of others is held against whoever said it. */
  private async charge(
    caller: Principal,
    events: readonly ReadEvent[],
    agents: readonly (KnownAgent | null)[],
    at: Date,
  ): Promise<void> {
    const { organization, agentId } = caller;
    const claimed = events.flatMap((event, index) => {
      const claims = falseClaimOf(event, caller);
      return claims && (claims.kind === 'service' || agents[index]) ? [{ event, claims }] : [];
    });
    if (claimed.length === 0) return;
    const agent = caller.kind === 'agent' && agentId !== undefined ? await this.facts.of(organization, agentId) : null;
    await this.intake.charge(
      claimed.map(({ event: { kind, fields }, claims }) => {
        const thing = JSON.stringify([kind, ...Object.entries(fields).sort()]);
        return { organization, by: ownerOf(caller), agent, claims, channel: 'http', thing, at };
      }),
    );
  }

  /** Redis first: when it is away nothing has been taken in yet. */
  private async take(
    caller: Principal,
    events: readonly ReadEvent[],
    agents: readonly KnownAgent[],
    now: Date,
  ): Promise<Accepted> {
    const { organization } = caller;
    const feedback: NewFeedback[] = [];
    const evidence: TrustEvidence[] = [];
    for (const [index, event] of events.entries()) {
      const agent = agents[index] as KnownAgent;
      if (event.kind === 'trust') evidence.push(trustOf(event, caller, agent, now));
      if (event.kind === 'feedback') feedback.push(feedbackOf(event, caller, agent, now));
    }
    await this.publisher.publish(caller, events);
    const kept = feedback.length + evidence.length;
    const fresh = kept > 0 ? await this.feedback.record(feedback, evidence) : 0;
    await this.intake.committed(
      [...evidence, ...feedback.map((one) => one.feedback)].map(({ agentId }) => ({ organization, agentId })),
    );
    return { received: events.length, accepted: events.length - kept + fresh };
  }
}

const unknownAgents = (events: readonly ReadEvent[], agents: readonly (KnownAgent | null)[]): InputFault[] =>
  events.flatMap(({ pointer, entry }, index) =>
    agents[index] ? [] : [{ pointer: `${pointer}/agent_id`, detail: `there is no agent \`${entry.agent_id}\`` }],
  );

/** Time as it would be taken from a stream that the event reached now. */
const timeOf = (timestamp: string | undefined, now: Date): Date => eventTime(timestamp, `${now.getTime()}-0`, now);

type EventOf<Kind> = Extract<ReadEvent, { kind: Kind }>;

const trustOf = ({ entry }: EventOf<'trust'>, caller: Principal, agent: KnownAgent, now: Date): TrustEvidence =>
  evidenceOf(entry, {
    organization: caller.organization,
    agent,
    source: sourceOfCaller(caller, agent.id),
    reporter: ownerOf(caller),
    fallbackId: uuidv7(),
    at: timeOf(entry.timestamp, now),
  });

function feedbackOf({ entry }: EventOf<'feedback'>, caller: Principal, agent: KnownAgent, now: Date): NewFeedback {
  const feedback: Feedback = {
    organizationId: caller.organization.id,
    id: entry.event_id ?? uuidv7(),
    agentId: agent.id,
    rating: ratingOf(entry),
    comment: entry.comment ?? null,
    executionId: entry.execution_id ?? null,
    author: ownerOf(caller),
    claimedUser: entry.user_id ?? null,
    source: sourceOfCaller(caller, agent.id),
    at: timeOf(entry.timestamp, now),
  };
  return { feedback, evidence: feedbackEvidence(feedback, agent.fingerprint) };
}
