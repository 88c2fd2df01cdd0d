import { OrganizationScope } from '@agion/database';
import { Injectable } from '@nestjs/common';
import type pg from 'pg';
import type { InstancePolicies, PolicyAdoption, PolicyCommit } from './policy-adoption.js';

/** Instances that are named when they are behind. */
const MOST_STALE = 200;

/** How long an agent that went without a word is waited for. */
const UNHEARD = '1 day';

const LASTING = `instance.ended_at IS NULL AND EXISTS (SELECT FROM registry.agents agent
  WHERE agent.organization_id = instance.organization_id AND agent.agent_id = instance.agent_id AND agent.retired_at IS NULL)`;
const RUNNING = `instance.lease_expires_at > now() AND ${LASTING}`;
const POLICIES = `instance.agent_id AS "agentId", instance.instance_id AS "instanceId",
  instance.applied_policy_revision AS revision, instance.policy_applied_at AS "appliedAt", instance.last_beat_at AS "lastSeenAt"`;

type Row = InstancePolicies & pg.QueryResultRow;

/** Which policies instances work by. */
@Injectable()
export class PolicyAdoptionStore {
  constructor(private readonly scope: OrganizationScope) {}

  /** The running instances of an agent. */
  of(organizationId: string, agentId: string): Promise<InstancePolicies[]> {
    return this.scope.query<Row>(organizationId, {
      name: 'policies_of_instances',
      text: `SELECT ${POLICIES} FROM registry.agent_instances instance
        WHERE instance.organization_id = $1 AND instance.agent_id = $2 AND ${RUNNING} ORDER BY instance.instance_id`,
      values: [organizationId, agentId],
    });
  }

  /** @param commits those whose propagation is asked for */
  async at(organizationId: string, revision: number, commits: readonly PolicyCommit[]): Promise<PolicyAdoption> {
    const [agents, propagation, stale] = await Promise.all([
      this.agents(organizationId, revision),
      this.propagation(organizationId, commits),
      this.scope.query<Row>(organizationId, {
        name: 'instances_behind',
        text: `SELECT ${POLICIES} FROM registry.agent_instances instance
          WHERE instance.organization_id = $1 AND instance.applied_policy_revision <> $2 AND ${RUNNING}
          ORDER BY instance.applied_policy_revision, instance.agent_id, instance.instance_id LIMIT ${MOST_STALE}`,
        values: [organizationId, revision],
      }),
    ]);
    return { agents, propagation, stale };
  }

  private async agents(organizationId: string, revision: number): Promise<PolicyAdoption['agents']> {
    const [row] = await this.scope.query<PolicyAdoption['agents'] & pg.QueryResultRow>(organizationId, {
      name: 'agents_by_policies',
      text: `SELECT (count(*) FILTER (WHERE running > 0 AND odd + mute = 0))::int AS current, (count(*) FILTER (WHERE odd > 0))::int AS stale,
          (count(*) FILTER (WHERE odd = 0 AND mute > 0))::int AS silent, (count(*) FILTER (WHERE running = 0))::int AS unheard
        FROM (SELECT count(*) FILTER (WHERE runs) AS running, count(*) FILTER (WHERE runs AND revision <> $2) AS odd,
            count(*) FILTER (WHERE runs AND revision IS NULL) AS mute
          FROM (SELECT agent_id, applied_policy_revision AS revision, lease_expires_at > now() AS runs
            FROM registry.agent_instances instance
            WHERE instance.organization_id = $1 AND ${LASTING} AND lease_expires_at > now() - interval '${UNHEARD}') instances
          GROUP BY agent_id) agents`,
      values: [organizationId, revision],
    });
    return row ?? { current: 0, stale: 0, silent: 0, unheard: 0 };
  }

  private async propagation(
    organizationId: string,
    commits: readonly PolicyCommit[],
  ): Promise<PolicyAdoption['propagation']> {
    const [row] = await this.scope.query<PolicyAdoption['propagation'] & pg.QueryResultRow>(organizationId, {
      name: 'propagation_of_policies',
      text: `SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) AS p50, percentile_cont(0.99) WITHIN GROUP (ORDER BY ms) AS p99,
          count(*)::int AS count
        FROM (SELECT greatest(0, extract(epoch FROM adopted.at - committed.at) * 1000)::float8 AS ms
          FROM registry.agent_instances instance,
            unnest(instance.adopted_revisions, instance.adopted_at) AS adopted (revision, at)
          JOIN unnest($2::int[], $3::timestamptz[]) AS committed (revision, at) ON committed.revision = adopted.revision
          WHERE instance.organization_id = $1) times`,
      values: [organizationId, commits.map(({ revision }) => revision), commits.map(({ at }) => at)],
    });
    return row ?? { p50: null, p99: null, count: 0 };
  }
}
