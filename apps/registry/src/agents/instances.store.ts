import { OrganizationScope } from '@agion/database';
import { Injectable } from '@nestjs/common';
import type { InstanceReport } from './agent.js';
import { LEASE_SECONDS } from './lease.js';

/** What became of a beat or an end: done, or why not. */
export type InstanceOutcome = 'done' | 'agent-unknown' | 'agent-retired' | 'instance-unknown' | 'instance-ended';

@Injectable()
export class InstancesStore {
  constructor(private readonly scope: OrganizationScope) {}

  /**
   * Extends an instance's lease, in one round trip. An instance nobody has heard of begins with its first beat; one that ended
   * stays so: a beat that was still under way must not bring it back.
   */
  async beat(
    organizationId: string,
    agentId: string,
    instanceId: string,
    { status, appliedPolicyRevision, appliedConfig, metrics }: InstanceReport,
  ): Promise<InstanceOutcome> {
    const [row] = await this.scope.query<{ retired: boolean; beaten: boolean }>(organizationId, {
      name: 'heartbeat',
      text: `WITH agent AS (
          SELECT organization_id, agent_id, retired_at FROM registry.agents WHERE organization_id = $1 AND agent_id = $2
        ), beat AS (
          INSERT INTO registry.agent_instances AS instance (organization_id, agent_id, instance_id, lease_expires_at, status,
            applied_policy_revision, applied_config, metrics)
          SELECT organization_id, agent_id, $3, now() + make_interval(secs => ${LEASE_SECONDS}), $4, $5::int, $6::jsonb, $7::jsonb
          FROM agent WHERE retired_at IS NULL
          ON CONFLICT (organization_id, agent_id, instance_id) DO UPDATE SET last_beat_at = now(),
            lease_expires_at = excluded.lease_expires_at,
            status = excluded.status,
            applied_policy_revision = coalesce(excluded.applied_policy_revision, instance.applied_policy_revision),
            applied_config = coalesce(excluded.applied_config, instance.applied_config),
            metrics = coalesce(excluded.metrics, instance.metrics)
          WHERE instance.ended_at IS NULL
          RETURNING 1
        )
        SELECT retired_at IS NOT NULL AS retired, EXISTS (SELECT FROM beat) AS beaten FROM agent`,
      values: [
        organizationId,
        agentId,
        instanceId,
        status,
        appliedPolicyRevision,
        appliedConfig && JSON.stringify(appliedConfig),
        metrics && JSON.stringify(metrics),
      ],
    });
    if (!row) return 'agent-unknown';
    if (row.retired) return 'agent-retired';
    return row.beaten ? 'done' : 'instance-ended';
  }

  /** Ends an instance, however often it is asked to. @returns also whether another one of the agent is alive */
  async end(
    organizationId: string,
    agentId: string,
    instanceId: string,
  ): Promise<{ outcome: InstanceOutcome; alive: boolean }> {
    const [row] = await this.scope.query<{ ended: boolean; alive: boolean }>(organizationId, {
      name: 'end_of_instance',
      text: `WITH ended AS (
          UPDATE registry.agent_instances SET ended_at = coalesce(ended_at, now())
          WHERE organization_id = $1 AND agent_id = $2 AND instance_id = $3 RETURNING 1
        )
        SELECT EXISTS (SELECT FROM ended) AS ended, EXISTS (
            SELECT FROM registry.agent_instances instance
            WHERE instance.organization_id = $1 AND instance.agent_id = $2 AND instance.instance_id <> $3
              AND instance.ended_at IS NULL AND instance.lease_expires_at > now()
          ) AS alive
        FROM registry.agents agent WHERE agent.organization_id = $1 AND agent.agent_id = $2`,
      values: [organizationId, agentId, instanceId],
    });
    if (!row) return { outcome: 'agent-unknown', alive: false };
    return { outcome: row.ended ? 'done' : 'instance-unknown', alive: row.alive };
  }
}
