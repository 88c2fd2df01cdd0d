import type pg from 'pg';
import type { Agent, AgentDescription } from './agent.js';
import { leaseSql } from './lease.js';

/** The columns of an Agent; speaks of `agent` and `lease`. */
export const AGENT_COLUMNS = `agent.agent_id AS "agentId", agent.name, agent.type, agent.version, agent.framework,
  agent.capabilities, agent.container_id AS "containerId", agent.endpoint, agent.fingerprint, agent.labels, agent.metadata,
  agent.delegated_by AS "delegatedBy", agent.quarantined_at AS "quarantinedAt", agent.retired_at AS "retiredAt",
  agent.stream_key_generation AS "streamKeyGeneration", agent.previous_stream_key_until AS "previousStreamKeyUntil",
  agent.created_at AS "createdAt",
  agent.updated_at AS "updatedAt", lease.expires_at AS "leaseExpiresAt", lease.live_instances AS "liveInstances",
  lease.last_seen_at AS "lastSeenAt", now() AS "readAt"`;

/** An agent with its lease. */
export const AGENT_WITH_LEASE = `registry.agents agent LEFT JOIN LATERAL (${leaseSql('now()')}) lease ON true`;

export type AgentRow = Agent & pg.QueryResultRow;

/**
 * Adds an agent or replaces what is known of it; a retired one stays as it is.
 * @returns whether it is new, and whether its build or its container is another than before; null when it is retired
 */
export async function upsertAgent(
  client: pg.PoolClient,
  organizationId: string,
  agent: AgentDescription,
): Promise<{ created: boolean; rebuilt: boolean } | null> {
  const { rows } = await client.query<{ created: boolean; rebuilt: boolean | null }>({
    // xmax is 0 for a row this statement inserted, and not for one it updated
    text: `WITH before AS (SELECT fingerprint, container_id FROM registry.agents WHERE organization_id = $1 AND agent_id = $2)
      INSERT INTO registry.agents AS agent (organization_id, agent_id, name, type, version, framework, capabilities,
        container_id, endpoint, fingerprint, labels, metadata)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
      ON CONFLICT (organization_id, agent_id) DO UPDATE SET name = excluded.name, type = excluded.type,
        version = excluded.version, framework = excluded.framework, capabilities = excluded.capabilities,
        container_id = excluded.container_id, endpoint = excluded.endpoint, fingerprint = excluded.fingerprint,
        labels = excluded.labels, metadata = excluded.metadata, updated_at = now()
      WHERE agent.retired_at IS NULL
      RETURNING xmax = 0 AS created,
        (SELECT (fingerprint, container_id) IS DISTINCT FROM (agent.fingerprint, agent.container_id) FROM before) AS rebuilt`,
    values: [
      organizationId,
      agent.agentId,
      agent.name,
      agent.type,
      agent.version,
      agent.framework,
      agent.capabilities,
      agent.containerId,
      agent.endpoint,
      agent.fingerprint && JSON.stringify(agent.fingerprint),
      JSON.stringify(agent.labels),
      JSON.stringify(agent.metadata),
    ],
  });
  const [row] = rows;
  return row ? { created: row.created, rebuilt: row.rebuilt === true } : null;
}

export async function upsertContainer(
  client: pg.PoolClient,
  organizationId: string,
  { containerId, framework }: AgentDescription,
): Promise<void> {
  if (containerId === null) return;
  await client.query({
    text: `INSERT INTO registry.agent_containers AS container (organization_id, container_id, framework) VALUES ($1, $2, $3)
      ON CONFLICT (organization_id, container_id)
      DO UPDATE SET framework = coalesce(excluded.framework, container.framework), last_seen_at = now()`,
    values: [organizationId, containerId, framework],
  });
}

export async function readAgent(client: pg.PoolClient, agentId: string): Promise<Agent | undefined> {
  const { rows } = await client.query<AgentRow>({
    name: 'agent_in_transaction',
    text: `SELECT ${AGENT_COLUMNS} FROM ${AGENT_WITH_LEASE} WHERE agent.agent_id = $1`,
    values: [agentId],
  });
  return rows[0];
}
