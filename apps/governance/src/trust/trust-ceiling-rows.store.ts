import { containerOf } from '@agion/wire';
import type pg from 'pg';
import { CRITICAL_LIMIT, FINGERPRINT_DAYS, FINGERPRINT_LIMIT } from './trust-ceiling.js';
import type { TrustEvidence } from './trust-evidence.js';

/** A build of an agent, as its registration names it. */
export interface AgentBuild {
  organizationId: string;
  agentId: string;
  fingerprint: string;
}

/** The word of the platform or of a person; once for each event. */
export async function insertCriticalCeilings(client: pg.PoolClient, critical: readonly TrustEvidence[]): Promise<void> {
  if (critical.length === 0) return;
  await client.query({
    name: 'insert_critical_ceilings',
    text: `INSERT INTO governance.trust_ceilings (organization_id, id, agent_id, container_id, kind, reference, "limit", since)
      SELECT organization_id, gen_random_uuid(), agent_id, container_id, 'critical', event_id, ${CRITICAL_LIMIT}, at
      FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::timestamptz[])
        AS event (organization_id, agent_id, container_id, event_id, at)
      ORDER BY 1, 3, 6
      ON CONFLICT (organization_id, agent_id, kind, reference) DO NOTHING`,
    values: [
      critical.map(({ organizationId }) => organizationId),
      critical.map(({ agentId }) => agentId),
      critical.map(({ agentId, containerId }) => containerId ?? containerOf(agentId)),
      critical.map(({ eventId }) => eventId),
      critical.map(({ at }) => at),
    ],
  });
}

/**
 * The end of a statement that knows a `build` (organization_id, agent_id, container_id, fingerprint): caps agents whose evidence before
 * the statement is of other builds only. Without a declared build nothing is known to have changed.
 */
export const FINGERPRINT_CEILINGS = `
INSERT INTO governance.trust_ceilings (organization_id, id, agent_id, container_id, kind, reference, "limit", since, until)
SELECT organization_id, gen_random_uuid(), agent_id, container_id, 'fingerprint', fingerprint, ${FINGERPRINT_LIMIT},
  now(), now() + interval '${FINGERPRINT_DAYS} days'
FROM build
WHERE EXISTS (SELECT FROM governance.trust_buckets bucket WHERE bucket.organization_id = build.organization_id
    AND bucket.agent_id = build.agent_id AND bucket.fingerprint NOT IN ('', build.fingerprint))
  AND NOT EXISTS (SELECT FROM governance.trust_buckets bucket WHERE bucket.organization_id = build.organization_id
    AND bucket.agent_id = build.agent_id AND bucket.fingerprint = build.fingerprint)
ORDER BY 1, 3, 6
ON CONFLICT (organization_id, agent_id, kind, reference) DO NOTHING`;

/** Caps an agent that has registered with a build none of its evidence is of. */
export async function insertFingerprintCeiling(
  client: pg.PoolClient,
  { organizationId, agentId, fingerprint }: AgentBuild,
): Promise<void> {
  await client.query({
    name: 'insert_fingerprint_ceiling',
    text: `WITH build AS (SELECT $1::uuid AS organization_id, $2::text AS agent_id, $3::text AS container_id, $4::text AS fingerprint)
      ${FINGERPRINT_CEILINGS}`,
    values: [organizationId, agentId, containerOf(agentId), fingerprint],
  });
}
