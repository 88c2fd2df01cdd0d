import { Injectable } from '@nestjs/common';
import { AgentFacts, auditEntry, DomainError, ForbiddenError, OutboxPublisher, requireRole } from '@agion/service-kit';
import { hasRole, ownerOf, speaksFor, type Principal } from '@agion/wire';
import type { AgentEvidence } from './agent-evidence.js';
import type { EvidenceGroup } from './trust-explanation.js';
import { historyOf, type HistoryPoint } from './trust-history.js';
import { TrustEventsStore, type RecordedEvidence } from './trust-events.store.js';
import { AgentNotFoundError } from './trust.errors.js';
import type { TrustScore } from './trust-score.js';
import { TrustScores } from './trust-scores.service.js';

export type ExplainedScore = TrustScore & { evidence: AgentEvidence };

/** What people and agents ask about trust, and what operators may do about it. */
@Injectable()
export class TrustService {
  constructor(
    private readonly scores: TrustScores,
    private readonly facts: AgentFacts,
    private readonly store: TrustEventsStore,
    private readonly outbox: OutboxPublisher,
  ) {}

  /** @throws AgentNotFoundError */
  async standing({ organization }: Principal, agentId: string, at: Date): Promise<ExplainedScore> {
    if (!(await this.facts.of(organization, agentId))) throw new AgentNotFoundError(agentId);
    return this.scores.explained(organization, agentId, at);
  }

  /** @throws AgentNotFoundError; ForbiddenError unless the caller has a role or is the agent */
  async explanation(
    caller: Principal,
    agentId: string,
    at: Date,
  ): Promise<{ found: ExplainedScore; groups: EvidenceGroup[] }> {
    requireReader(caller, agentId);
    const found = await this.standing(caller, agentId, at);
    return { found, groups: await this.store.groups(caller.organization.id, agentId) };
  }

  /** @throws AgentNotFoundError; ForbiddenError as `explanation` does */
  async history(
    caller: Principal,
    agentId: string,
    { from, to, points }: { from: Date; to: Date; points: number },
    now: Date,
  ): Promise<HistoryPoint[]> {
    requireReader(caller, agentId);
    const { evidence } = await this.standing(caller, agentId, now);
    return historyOf(evidence, from, to, points, now);
  }

  /** @throws AgentNotFoundError; ForbiddenError unless the caller has a role or is the agent */
  async events(
    caller: Principal,
    agentId: string,
    after: { at: Date; eventId: string } | null,
    limit: number,
  ): Promise<RecordedEvidence[]> {
    requireReader(caller, agentId);
    const { organization } = caller;
    if (!(await this.facts.of(organization, agentId))) throw new AgentNotFoundError(agentId);
    return this.store.page(organization.id, agentId, after, limit);
  }

  /** A person lifts a ceiling; one for a critical event stays for its first seven days. @throws DomainError `not-found` */
  async clear(caller: Principal, agentId: string, id: string, reason: string): Promise<void> {
    requireRole(caller, 'operator');
    if (caller.kind !== 'user') throw new ForbiddenError('a ceiling is cleared by a person');
    const { organization } = caller;
    const cleared = await this.store.clearCeiling(
      organization.id,
      agentId,
      id,
      { by: ownerOf(caller), reason },
      auditEntry({
        type: 'trust_ceiling.cleared',
        actor: caller,
        subject: { kind: 'agent', id: agentId },
        outcome: 'succeeded',
        details: { ceiling_id: id, reason },
      }),
    );
    if (!cleared) throw new DomainError('not-found', `the agent \`${agentId}\` has no ceiling \`${id}\``);
    this.outbox.nudge();
    await this.scores.changed(organization, [agentId]);
  }
}

function requireReader(caller: Principal, agentId: string): void {
  if (hasRole(caller, 'viewer') || speaksFor(caller, agentId)) return;
  throw new ForbiddenError('this needs the role `viewer`, or the token of the agent');
}
