import { OrganizationScope, Outbox } from '@agion/database';
import { Injectable } from '@nestjs/common';
import type { AuditEntry } from '@agion/service-kit';
import type { AgentStatus } from '@agion/wire';
import {
  forgetExpired,
  insertCredential,
  type NewCredential,
  revokeCredentials,
} from '../credentials/credential-rows.store.js';
import { holdCredential } from '../credentials/holder-rows.store.js';
import type { Agent, AgentDescription } from './agent.js';
import {
  AGENT_COLUMNS,
  AGENT_WITH_LEASE,
  type AgentRow,
  readAgent,
  upsertAgent,
  upsertContainer,
} from './agent-rows.store.js';
import { AgentNotFoundError, AgentRetiredError } from './agents.errors.js';
import { requireWithinQuota } from '../organizations/quota-rows.store.js';
import { setDelegation } from './delegation-rows.store.js';
import { startInstance } from './instance-rows.store.js';
import { statusSql } from './lease.js';

export interface AgentFilter {
  status: AgentStatus | null;
  framework: string | null;
  capability: string | null;
  type: string | null;
  label: { key: string; value: string | null } | null;
}

export interface Registering {
  organizationId: string;
  agent: AgentDescription;
  instanceId: string;
  /** Key id of the credential that asks. */
  callerKeyId: string | undefined;
  /** The token to hand out, or null, once it is known whether the agent is new. */
  credential: (created: boolean) => NewCredential | null;
  /** Whether the caller may change on whose behalf an agent acts. */
  mayDelegateAnew: boolean;
  audit: (created: boolean, delegated: boolean) => AuditEntry[];
}

@Injectable()
export class AgentsStore {
  constructor(
    private readonly scope: OrganizationScope,
    private readonly outbox: Outbox,
  ) {}

  /**
   * Container, agent, instance, token and audit entries in one transaction.
   * @returns the agent, whether it is new, and whether anything is that its trust follows from
   * @throws AgentRetiredError, QuotaExceededError, DelegationHeldError
   */
  register({
    organizationId,
    agent,
    instanceId,
    callerKeyId,
    credential,
    mayDelegateAnew,
    audit,
  }: Registering): Promise<{ known: Agent; created: boolean; changed: boolean }> {
    return this.scope.transaction(organizationId, async (client) => {
      const upserted = await upsertAgent(client, organizationId, agent);
      if (!upserted) throw new AgentRetiredError(agent.agentId);
      if (upserted.created) await requireWithinQuota(client, organizationId, 'agents');
      const { agentId, delegatedBy } = agent;
      const delegated = await setDelegation(client, {
        organizationId,
        agentId,
        delegatedBy,
        mayChange: mayDelegateAnew,
      });
      await upsertContainer(client, organizationId, agent);
      await startInstance(client, organizationId, agent.agentId, instanceId);
      const token = credential(upserted.created);
      if (token) {
        await holdCredential(client, callerKeyId);
        await forgetExpired(client, token.kind, token.subject);
        await insertCredential(client, token);
      }
      for (const entry of audit(upserted.created, delegated)) await this.outbox.append(client, entry);
      const known = await readAgent(client, agent.agentId);
      if (!known) throw new AgentNotFoundError(agent.agentId);
      const { created, rebuilt } = upserted;
      return { known, created, changed: created || rebuilt || delegated };
    });
  }

  async find(organizationId: string, agentId: string): Promise<Agent | undefined> {
    const [agent] = await this.scope.query<AgentRow>(organizationId, {
      name: 'agent',
      text: `SELECT ${AGENT_COLUMNS} FROM ${AGENT_WITH_LEASE} WHERE agent.organization_id = $1 AND agent.agent_id = $2`,
      values: [organizationId, agentId],
    });
    return agent;
  }

  /** Up to `limit` agents in the order of their ids, beginning after `after`. */
  list(
    organizationId: string,
    { status, framework, capability, type, label }: AgentFilter,
    after: string | null,
    limit: number,
  ): Promise<Agent[]> {
    return this.scope.query<AgentRow>(organizationId, {
      name: 'agents',
      text: `SELECT ${AGENT_COLUMNS} FROM ${AGENT_WITH_LEASE}
        WHERE agent.organization_id = $1
          AND ($2::text IS NULL OR agent.agent_id > $2)
          AND ($3::text IS NULL OR ${statusSql('now()')} = $3)
          AND ($4::text IS NULL OR agent.framework = $4)
          AND ($5::text IS NULL OR agent.capabilities @> ARRAY[$5])
          AND ($6::text IS NULL OR agent.type = $6)
          AND ($7::text IS NULL OR agent.labels ? $7)
          AND ($8::text IS NULL OR agent.labels ->> $7 = $8)
        ORDER BY agent.agent_id LIMIT $9`,
      values: [organizationId, after, status, framework, capability, type, label?.key, label?.value, limit],
    });
  }

  /** Retires an agent and revokes its tokens. @returns the key ids revoked and whether it was not retired before */
  retire(
    organizationId: string,
    agentId: string,
    audit: (revoked: string[]) => AuditEntry,
  ): Promise<{ agent: Agent; revoked: string[]; changed: boolean }> {
    return this.scope.transaction(organizationId, async (client) => {
      const { rowCount } = await client.query({
        text: 'UPDATE registry.agents SET retired_at = now(), updated_at = now() WHERE agent_id = $1 AND retired_at IS NULL',
        values: [agentId],
      });
      const changed = rowCount === 1;
      const revoked = await revokeCredentials(client, 'agent', agentId);
      if (changed) await this.outbox.append(client, audit(revoked));
      const agent = await readAgent(client, agentId);
      if (!agent) throw new AgentNotFoundError(agentId);
      return { agent, revoked, changed };
    });
  }
}
