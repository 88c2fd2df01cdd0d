import type pg from 'pg';
import { TooManyInstancesError } from './agents.errors.js';
import { LEASE_SECONDS } from './lease.js';

/** Living instances of one agent. */
export const MAX_INSTANCES = 1_000;

/** What it once worked by says nothing about an instance that begins anew. */
const RAN_OUT = 'instance.ended_at IS NOT NULL OR instance.lease_expires_at < now()';

/**
 * Starts an instance, or starts it again. Forgets those of the agent that nobody has heard of for a day, and all that are not
 * alive where they crowd. The agent's row must be locked.
 * @throws TooManyInstancesError
 */
export async function startInstance(
  client: pg.PoolClient,
  organizationId: string,
  agentId: string,
  instanceId: string,
): Promise<void> {
  const others = await client.query<{ living: number }>({
    text: `WITH other AS (
        SELECT instance_id, lease_expires_at, ended_at IS NULL AND lease_expires_at > now() AS living
        FROM registry.agent_instances WHERE organization_id = $1 AND agent_id = $2 AND instance_id <> $3
      ), forgotten AS (
        DELETE FROM registry.agent_instances instance USING other
        WHERE instance.organization_id = $1 AND instance.agent_id = $2 AND instance.instance_id = other.instance_id
          AND NOT other.living
          AND (other.lease_expires_at < now() - interval '1 day' OR (SELECT count(*) FROM other) >= ${MAX_INSTANCES})
      )
      SELECT count(*)::int AS living FROM other WHERE living`,
    values: [organizationId, agentId, instanceId],
  });
  if ((others.rows[0]?.living ?? 0) >= MAX_INSTANCES) throw new TooManyInstancesError(agentId, MAX_INSTANCES);
  await client.query({
    text: `INSERT INTO registry.agent_instances AS instance (organization_id, agent_id, instance_id, lease_expires_at)
      VALUES ($1, $2, $3, now() + make_interval(secs => ${LEASE_SECONDS}))
      ON CONFLICT (organization_id, agent_id, instance_id) DO UPDATE SET
        started_at = CASE WHEN instance.ended_at IS NULL THEN instance.started_at ELSE now() END,
        applied_policy_revision = CASE WHEN ${RAN_OUT} THEN NULL ELSE instance.applied_policy_revision END,
        policy_applied_at = CASE WHEN ${RAN_OUT} THEN NULL ELSE instance.policy_applied_at END,
        last_beat_at = now(), lease_expires_at = excluded.lease_expires_at, ended_at = NULL`,
    values: [organizationId, agentId, instanceId],
  });
}
