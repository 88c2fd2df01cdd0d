import { OrganizationScope } from '@agion/database';
import { Injectable } from '@nestjs/common';
import type pg from 'pg';

/** When a revision was committed. */
export interface PolicyCommit {
  revision: number;
  at: Date;
}

const COMMITS = `(SELECT revision, at FROM governance.policy_changes WHERE organization_id = $1
  UNION SELECT revision, at FROM governance.default_effects WHERE organization_id = $1)`;

type Row = pg.QueryResultRow & { revision: string; at: Date };

/** When policies were changed. The time is that of the transaction's beginning, so what follows from it is never too short. */
@Injectable()
export class PolicyCommitsStore {
  constructor(private readonly scope: OrganizationScope) {}

  /** Of the last so many seconds, the newest first, up to a number. */
  async recent(organizationId: string, { seconds, most }: { seconds: number; most: number }): Promise<PolicyCommit[]> {
    const rows = await this.scope.query<Row>(organizationId, {
      name: 'recent_policy_commits',
      text: `SELECT revision, at FROM ${COMMITS} commits WHERE at > now() - make_interval(secs => $2)
        ORDER BY revision DESC LIMIT $3`,
      values: [organizationId, seconds, most],
    });
    return rows.map(({ revision, at }) => ({ revision: Number(revision), at }));
  }

  /** Milliseconds since the first change after each of these revisions; those of which that is not known are missing. */
  async sinceChangeAfter(organizationId: string, revisions: readonly number[]): Promise<Map<number, number>> {
    if (revisions.length === 0) return new Map();
    const rows = await this.scope.query<pg.QueryResultRow & { revision: string; ms: number }>(organizationId, {
      name: 'since_change_after',
      text: `SELECT asked.revision, (extract(epoch FROM now() - next.at) * 1000)::float8 AS ms
        FROM unnest($2::bigint[]) AS asked (revision)
        JOIN LATERAL (SELECT at FROM ${COMMITS} commits WHERE revision > asked.revision ORDER BY revision LIMIT 1) next ON true`,
      values: [organizationId, [...new Set(revisions)]],
    });
    return new Map(rows.map(({ revision, ms }) => [Number(revision), Math.max(0, Math.round(ms))]));
  }
}
