import { OrganizationScope } from '@agion/database';
import { Injectable } from '@nestjs/common';
import type { InstanceReport } from './agent.js';
import { LEASE_SECONDS } from './lease.js';

/** What became of a beat or an end: done, or why not. */
export type InstanceOutcome = 'done' | 'agent-unknown' | 'agent-retired' | 'instance-unknown' | 'instance-ended';

/** Changes of its policies that are remembered of an instance. */
const KEPT_ADOPTIONS = 16;
/** Of a beat: it tells another revision than the last one; and it changed to that while it ran. */
const APPLIES = '$5::int IS DISTINCT FROM coalesce(applied_policy_revision, -1) AND $5::int IS NOT NULL';
const ADOPTS = `$8::float8 IS NOT NULL AND ${APPLIES}`;
/** By the clock of the database alone: the instance says how long ago it was. */
const APPLIED_AT = 'now() - make_interval(secs => coalesce($8::float8, 0) / 1000)';

@Injectable()
export class InstancesStore {
  constructor(private readonly scope: OrganizationScope) {}

  /**
   * Extends an instance's lease, in one round trip. Instances begin with a registration; one that ended stays so: a beat that
   * was still under way must not bring it back.
   */
  async beat(
    organizationId: string,
    agentId: string,
    instanceId: string,
    { status, appliedPolicyRevision, appliedPolicyAgeMs, appliedConfig, metrics }: InstanceReport,
  ): Promise<InstanceOutcome> {
    const [row] = await this.scope.query<{ retired: boolean; beaten: boolean; known: boolean }>(organizationId, {
      name: 'heartbeat',
      text: `WITH agent AS (
          SELECT organization_id, agent_id, retired_at FROM registry.agents WHERE organization_id = $1 AND agent_id = $2
        ), beat AS (
          UPDATE registry.agent_instances instance SET last_beat_at = now(),
            lease_expires_at = now() + make_interval(secs => ${LEASE_SECONDS}),
            status = $4,
            applied_policy_revision = coalesce($5::int, applied_policy_revision),
            policy_applied_at = CASE WHEN ${APPLIES} THEN ${APPLIED_AT} ELSE policy_applied_at END,
            adopted_revisions = CASE WHEN ${ADOPTS} THEN ($5::int || adopted_revisions)[1:${KEPT_ADOPTIONS}]
              ELSE adopted_revisions END,
            adopted_at = CASE WHEN ${ADOPTS} THEN (${APPLIED_AT} || adopted_at)[1:${KEPT_ADOPTIONS}] ELSE adopted_at END,
            applied_config = coalesce($6::jsonb, applied_config),
            metrics = coalesce($7::jsonb, metrics)
          FROM agent
          WHERE agent.retired_at IS NULL AND instance.organization_id = $1 AND instance.agent_id = $2
            AND instance.instance_id = $3 AND instance.ended_at IS NULL
          RETURNING 1
        )
        SELECT retired_at IS NOT NULL AS retired, EXISTS (SELECT FROM beat) AS beaten, EXISTS (
            SELECT FROM registry.agent_instances
            WHERE organization_id = $1 AND agent_id = $2 AND instance_id = $3
          ) AS known
        FROM agent`,
      values: [
        organizationId,
        agentId,
        instanceId,
        status,
        appliedPolicyRevision,
        appliedConfig && JSON.stringify(appliedConfig),
        metrics && JSON.stringify(metrics),
        appliedPolicyAgeMs,
      ],
    });
    if (!row) return 'agent-unknown';
    if (row.retired) return 'agent-retired';
    if (row.beaten) return 'done';
    return row.known ? 'instance-ended' : 'instance-unknown';
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
