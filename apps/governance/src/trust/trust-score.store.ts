import { OrganizationScope } from '@agion/database';
import { Injectable } from '@nestjs/common';
import type { TrustTier } from '@agion/wire';
import type { OwnEvidence } from './agent-evidence.js';
import type { TrustCeiling } from './trust-ceiling.js';
import { insertFingerprintCeiling } from './trust-ceiling-rows.store.js';
import type { TrustBucket } from './trust-weight.js';

type BucketArray = [TrustBucket['dimension'], ...number[]];

interface CeilingJson extends Pick<TrustCeiling, 'id' | 'kind' | 'reference' | 'limit'> {
  agent_id: string;
  since: string;
  until: string | null;
  cleared_at: string | null;
}

interface EvidenceRow extends Record<string, unknown> {
  agent_id: string;
  buckets: BucketArray[] | null;
  ceilings: CeilingJson[] | null;
  fingerprints: string[] | null;
  tier: TrustTier | null;
  delegated_by: string | null;
  delegates: string[] | null;
}

/** Each table is read once for all the agents: asked for one agent after the other, a batch of evidence costs more to score than to write. */
const READ = `
WITH agent AS MATERIALIZED (SELECT * FROM unnest($2::text[], $3::text[]) AS agent (agent_id, container_id)),
bucket AS MATERIALIZED (
  SELECT agent_id, fingerprint, dimension, day, positive, negative, count, verified_positive, verified_count, peer_negative, majors
  FROM governance.trust_buckets WHERE organization_id = $1 AND agent_id = ANY ($2)),
days AS (
  SELECT agent_id, json_agg(json_build_array(dimension, day - DATE '1970-01-01', positive, negative, count, verified_positive,
      verified_count, peer_negative, majors)) AS buckets
  FROM (SELECT agent_id, dimension, day, sum(positive) AS positive, sum(negative) AS negative, sum(count) AS count,
      sum(verified_positive) AS verified_positive, sum(verified_count) AS verified_count,
      sum(peer_negative) AS peer_negative, sum(majors) AS majors
    FROM bucket GROUP BY agent_id, dimension, day) AS day GROUP BY agent_id),
builds AS (SELECT agent_id, array_agg(DISTINCT fingerprint) AS fingerprints FROM bucket GROUP BY agent_id),
ceiling AS MATERIALIZED (
  SELECT id, agent_id, container_id, kind, since, json_build_object('id', id, 'agent_id', agent_id, 'kind', kind,
    'reference', reference, 'limit', "limit", 'since', since, 'until', until, 'cleared_at', cleared_at) AS told
  FROM governance.trust_ceilings
  WHERE organization_id = $1 AND (agent_id = ANY ($2) OR (kind = 'critical' AND container_id = ANY ($3)))),
caps AS (
  SELECT agent_id, json_agg(told ORDER BY since, id) AS ceilings
  FROM (SELECT agent_id, since, id, told FROM ceiling
    UNION ALL SELECT agent.agent_id, since, id, told FROM agent JOIN ceiling ON ceiling.container_id = agent.container_id
    WHERE ceiling.kind = 'critical' AND ceiling.agent_id <> agent.agent_id) AS capped GROUP BY agent_id),
below AS (
  SELECT delegated_by AS agent_id, array_agg(agent_id) AS delegates
  FROM governance.trust_standings WHERE organization_id = $1 AND delegated_by = ANY ($2) GROUP BY delegated_by),
standing AS MATERIALIZED (
  SELECT agent_id, tier, delegated_by FROM governance.trust_standings WHERE organization_id = $1 AND agent_id = ANY ($2))
SELECT agent_id, buckets, ceilings, fingerprints, tier, delegated_by, delegates
FROM agent LEFT JOIN days USING (agent_id) LEFT JOIN builds USING (agent_id) LEFT JOIN caps USING (agent_id)
  LEFT JOIN below USING (agent_id) LEFT JOIN standing USING (agent_id)`;

@Injectable()
export class TrustScoreStore {
  constructor(private readonly scope: OrganizationScope) {}

  /** In one round trip, in the order asked for. */
  async read(
    organizationId: string,
    agents: readonly { agentId: string; container: string | null }[],
  ): Promise<OwnEvidence[]> {
    const rows = await this.scope.query<EvidenceRow>(organizationId, {
      name: 'trust_evidence',
      text: READ,
      values: [organizationId, agents.map(({ agentId }) => agentId), agents.map(({ container }) => container)],
    });
    const byAgent = new Map(rows.map((row) => [row.agent_id, row]));
    return agents.map(({ agentId }) => evidenceOf(agentId, byAgent.get(agentId)));
  }

  /** Agents there is evidence about, or that stand otherwise than new ones, in the order of their ids. */
  async agentsWithStanding(organizationId: string, after: string, limit: number): Promise<string[]> {
    const rows = await this.scope.query<{ agent_id: string }>(organizationId, {
      name: 'agents_with_standing',
      text: `(SELECT DISTINCT agent_id FROM governance.trust_buckets
          WHERE organization_id = $1 AND agent_id > $2 ORDER BY agent_id LIMIT $3)
        UNION (SELECT agent_id FROM governance.trust_standings
          WHERE organization_id = $1 AND agent_id > $2 ORDER BY agent_id LIMIT $3)
        ORDER BY agent_id LIMIT $3`,
      values: [organizationId, after, limit],
    });
    return rows.map(({ agent_id: agentId }) => agentId);
  }

  /** The agent has registered with a build its evidence does not know. */
  async noteFingerprint(organizationId: string, agentId: string, fingerprint: string): Promise<void> {
    await this.scope.transaction(organizationId, (client) =>
      insertFingerprintCeiling(client, { organizationId, agentId, fingerprint }),
    );
  }
}

function evidenceOf(agentId: string, row: EvidenceRow | undefined): OwnEvidence {
  return {
    agentId,
    buckets: (row?.buckets ?? []).map(bucketFrom),
    ceilings: (row?.ceilings ?? []).map(ceilingFrom),
    fingerprints: row?.fingerprints ?? [],
    toldTier: row?.tier ?? 'standard',
    delegatedBy: row?.delegated_by ?? null,
    delegates: row?.delegates ?? [],
  };
}

function bucketFrom([dimension, ...numbers]: BucketArray): TrustBucket {
  const [day, positive, negative, count, verifiedPositive, verifiedCount, peerNegative, majors] = numbers as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return { dimension, day, positive, negative, count, verifiedPositive, verifiedCount, peerNegative, majors };
}

const ceilingFrom = ({
  agent_id: agentId,
  since,
  until,
  cleared_at: clearedAt,
  ...rest
}: CeilingJson): TrustCeiling => ({
  ...rest,
  agentId,
  since: new Date(since),
  until: until === null ? null : new Date(until),
  clearedAt: clearedAt === null ? null : new Date(clearedAt),
});
