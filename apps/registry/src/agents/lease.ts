import type { AgentStatus } from '@agion/wire';

/** Seconds a registration or heartbeat keeps an instance alive. Instances beat every third of it, so a late beat does no harm. */
export const LEASE_SECONDS = 30;
/** Seconds an agent whose last lease ran out is `stale` before it counts as `offline`. */
export const GRACE_SECONDS = 30;

/** What an agent's status follows from. Nothing ticks: it is worked out when somebody asks. */
export interface Standing {
  retiredAt: Date | null;
  quarantinedAt: Date | null;
  /** End of the longest lease among the instances that have not ended; null when there is none. */
  leaseExpiresAt: Date | null;
}

/** The status at a moment. An operator's word wins over any lease. */
export function statusOf({ retiredAt, quarantinedAt, leaseExpiresAt }: Standing, at: Date): AgentStatus {
  if (retiredAt) return 'retired';
  if (quarantinedAt) return 'quarantined';
  if (!leaseExpiresAt) return 'offline';
  const left = leaseExpiresAt.getTime() - at.getTime();
  if (left > 0) return 'active';
  return left > -GRACE_SECONDS * 1_000 ? 'stale' : 'offline';
}

/**
 * The same rule in SQL, for filters; a test holds the two together. Speaks of `agent` (a row of registry.agents) and `lease`
 * (`leaseSql` joined laterally).
 * @param at an expression for the moment, e.g. `now()`; a constant, never input
 */
export const statusSql = (at: string): string => `CASE
  WHEN agent.retired_at IS NOT NULL THEN 'retired'
  WHEN agent.quarantined_at IS NOT NULL THEN 'quarantined'
  WHEN lease.expires_at > ${at} THEN 'active'
  WHEN lease.expires_at > ${at} - interval '${GRACE_SECONDS} seconds' THEN 'stale'
  ELSE 'offline'
END`;

/** The instances of `agent` in one row: `expires_at`, how many are alive, when any was last seen. */
export const leaseSql = (at: string): string => `SELECT
  max(lease_expires_at) FILTER (WHERE ended_at IS NULL) AS expires_at,
  (count(*) FILTER (WHERE ended_at IS NULL AND lease_expires_at > ${at}))::int AS live_instances,
  max(last_beat_at) AS last_seen_at
FROM registry.agent_instances
WHERE organization_id = agent.organization_id AND agent_id = agent.agent_id`;
