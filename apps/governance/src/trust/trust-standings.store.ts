import { OrganizationScope, Outbox } from '@agion/database';
import type { AuditEntry } from '@agion/service-kit';
import type { TrustTier } from '@agion/wire';
import { Injectable } from '@nestjs/common';
import { CEILING_END } from './trust-holdings.store.js';

/** Agents whose ceiling ended within a time; of a critical one also those of the same container, with evidence or without. */
const ENDED = `
WITH ended AS (
  SELECT agent_id, container_id, kind FROM governance.trust_ceilings, LATERAL (SELECT ${CEILING_END} AS at) AS ending
  WHERE organization_id = $1 AND ending.at > $2 AND ending.at <= $3)
SELECT agent_id FROM ended
UNION SELECT bucket.agent_id FROM ended JOIN governance.trust_buckets bucket
  ON bucket.organization_id = $1 AND split_part(bucket.agent_id, ':', 1) = ended.container_id WHERE ended.kind = 'critical'
UNION SELECT standing.agent_id FROM ended JOIN governance.trust_standings standing
  ON standing.organization_id = $1 AND split_part(standing.agent_id, ':', 1) = ended.container_id WHERE ended.kind = 'critical'`;

/** `governance.trust_standings`: which tier was told last, and on whose behalf agents act. */
@Injectable()
export class TrustStandingsStore {
  constructor(
    private readonly scope: OrganizationScope,
    private readonly outbox: Outbox,
  ) {}

  async noteDelegation(organizationId: string, agentId: string, delegatedBy: string | null): Promise<void> {
    await this.scope.query(organizationId, {
      name: 'note_delegation',
      text: `INSERT INTO governance.trust_standings (organization_id, agent_id, delegated_by) VALUES ($1, $2, $3)
        ON CONFLICT (organization_id, agent_id) DO UPDATE SET delegated_by = excluded.delegated_by`,
      values: [organizationId, agentId, delegatedBy],
    });
  }

  /** Agents whose ceilings ended after `from` and not after `to`. */
  async endedCeilings(organizationId: string, from: Date, to: Date): Promise<string[]> {
    const rows = await this.scope.query<{ agent_id: string }>(organizationId, {
      name: 'ended_ceilings',
      text: ENDED,
      values: [organizationId, from, to],
    });
    return rows.map(({ agent_id: agentId }) => agentId);
  }

  /**
   * Tells a tier where another one was told last, with its audit fact in the same transaction. `now` is asked while the agent's row
   * is locked, so that of replicas that notice at once one tells, and none tells what is past.
   * @returns the tiers before and after, or null when there was nothing to tell
   */
  tell<Told extends { tier: TrustTier }>(
    organizationId: string,
    agentId: string,
    now: () => Promise<Told>,
    audit: (from: TrustTier, told: Told) => AuditEntry,
  ): Promise<{ from: TrustTier; told: Told } | null> {
    return this.scope.transaction(organizationId, async (client) => {
      await client.query({
        text: `INSERT INTO governance.trust_standings (organization_id, agent_id) VALUES ($1, $2)
          ON CONFLICT (organization_id, agent_id) DO NOTHING`,
        values: [organizationId, agentId],
      });
      const { rows } = await client.query<{ tier: TrustTier }>({
        text: 'SELECT tier FROM governance.trust_standings WHERE organization_id = $1 AND agent_id = $2 FOR UPDATE',
        values: [organizationId, agentId],
      });
      const from = rows[0]?.tier ?? 'standard';
      const told = await now();
      if (told.tier === from) return null;
      await client.query({
        text: 'UPDATE governance.trust_standings SET tier = $3, since = now() WHERE organization_id = $1 AND agent_id = $2',
        values: [organizationId, agentId, told.tier],
      });
      await this.outbox.append(client, audit(from, told));
      return { from, told };
    });
  }
}
