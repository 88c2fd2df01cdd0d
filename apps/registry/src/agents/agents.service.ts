import { Injectable } from '@nestjs/common';
import { auditEntry, requireRole, requireSpeaksFor, OutboxPublisher } from '@agion/service-kit';
import type { Principal } from '@agion/wire';
import { ControlPublisher } from '../credentials/control.publisher.js';
import { AgentKeysClient } from './agent-keys.client.js';
import type { Agent, InstanceReport } from './agent.js';
import { AgentNotFoundError, AgentRetiredError, InstanceEndedError, InstanceNotFoundError } from './agents.errors.js';
import { type AgentFilter, AgentsStore } from './agents.store.js';
import type { GovernanceWord } from './governance-word.js';
import { InstancesStore, type InstanceOutcome } from './instances.store.js';
import type { InstancePolicies } from './policy-adoption.js';
import { PolicyAdoptionStore } from './policy-adoption.store.js';

export interface AgentPage {
  agents: Agent[];
  /** The id after which the next page begins; null: there is none. */
  next: string | null;
}

@Injectable()
export class AgentsService {
  constructor(
    private readonly store: AgentsStore,
    private readonly instances: InstancesStore,
    private readonly adoption: PolicyAdoptionStore,
    private readonly agentKeys: AgentKeysClient,
    private readonly outbox: OutboxPublisher,
    private readonly control: ControlPublisher,
  ) {}

  /** @throws AgentNotFoundError */
  async get(caller: Principal, agentId: string): Promise<Agent> {
    const agent = await this.store.find(caller.organization.id, agentId);
    if (!agent) throw new AgentNotFoundError(agentId);
    return agent;
  }

  /** Which policies an agent's instances work by, and which are in force; null when Redis cannot tell. */
  async policiesOf(
    { organization: { id, slug } }: Principal,
    agentId: string,
  ): Promise<{ revision: number | null; instances: InstancePolicies[] }> {
    const [instances, word] = await Promise.all([
      this.adoption.of(id, agentId),
      this.agentKeys.governanceWord(slug, agentId).catch(() => null),
    ]);
    return { revision: word?.policyRevision ?? null, instances };
  }

  /** A page of agents. With `minTrust` it may hold fewer than asked for: trust is governance's and is looked at afterwards. */
  async list(
    { organization }: Principal,
    filter: AgentFilter & { minTrust: number | null },
    after: string | null,
    limit: number,
  ): Promise<AgentPage> {
    const found = await this.store.list(organization.id, filter, after, limit + 1);
    const page = found.slice(0, limit);
    const next = found.length > limit ? (page.at(-1)?.agentId ?? null) : null;
    const { minTrust } = filter;
    if (minTrust === null) return { agents: page, next };
    const scores = await this.agentKeys.trustScores(
      organization.slug,
      page.map(({ agentId }) => agentId),
    );
    return { agents: page.filter((_, index) => (scores[index] ?? -1) >= minTrust), next };
  }

  /** Extends the lease of an instance. @throws AgentNotFoundError, AgentRetiredError, InstanceNotFoundError, InstanceEndedError */
  async beat(caller: Principal, agentId: string, instanceId: string, report: InstanceReport): Promise<GovernanceWord> {
    requireSpeaksFor(caller, agentId);
    const { id, slug } = caller.organization;
    refuse(await this.instances.beat(id, agentId, instanceId, report), agentId, instanceId);
    const [word] = await Promise.all([
      this.agentKeys.governanceWord(slug, agentId),
      this.agentKeys.alive(slug, agentId),
    ]);
    return word;
  }

  /** Ends an instance; nothing is revoked. @throws AgentNotFoundError, InstanceNotFoundError */
  async end(caller: Principal, agentId: string, instanceId: string): Promise<void> {
    requireSpeaksFor(caller, agentId);
    const { id, slug } = caller.organization;
    const { outcome, alive } = await this.instances.end(id, agentId, instanceId);
    refuse(outcome, agentId, instanceId);
    if (!alive) await this.agentKeys.gone(slug, agentId);
  }

  /** Ends an agent for good and revokes its tokens everywhere. @throws AgentNotFoundError */
  async retire(caller: Principal, agentId: string): Promise<Agent> {
    requireRole(caller, 'operator');
    const { id, slug } = caller.organization;
    const { agent, revoked, changed } = await this.store.retire(id, agentId, (keyIds) =>
      auditEntry({
        type: 'agent.retired',
        actor: caller,
        subject: { kind: 'agent', id: agentId },
        outcome: 'succeeded',
        details: { revoked: keyIds },
      }),
    );
    if (changed) this.outbox.nudge();
    await Promise.all([
      this.control.revoked(slug, revoked),
      this.control.agentChanged(slug, agentId),
      this.agentKeys.gone(slug, agentId),
    ]);
    return agent;
  }
}

function refuse(outcome: InstanceOutcome, agentId: string, instanceId: string): void {
  if (outcome === 'agent-unknown') throw new AgentNotFoundError(agentId);
  if (outcome === 'agent-retired') throw new AgentRetiredError(agentId);
  if (outcome === 'instance-unknown') throw new InstanceNotFoundError(agentId, instanceId);
  if (outcome === 'instance-ended') throw new InstanceEndedError(agentId, instanceId);
}
