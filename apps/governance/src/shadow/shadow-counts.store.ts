import { OrganizationScope } from '@agion/database';
import { Injectable } from '@nestjs/common';
import type pg from 'pg';
import type { NewDecision } from '../decisions/decision.js';
import { MOST_SAMPLES, tallyShadows } from './shadow-tally.js';

const COUNT = `
INSERT INTO governance.shadow_counts AS known (organization_id, policy_id, version, day, would_deny, would_allow, changed, samples)
SELECT organization_id, policy_id, version, day, would_deny, would_allow, changed,
  ARRAY(SELECT id::uuid FROM unnest(string_to_array(nullif(samples, ''), ',')) AS id)
FROM unnest($1::uuid[], $2::text[], $3::int[], $4::date[], $5::int[], $6::int[], $7::int[], $8::text[])
  AS given (organization_id, policy_id, version, day, would_deny, would_allow, changed, samples)
ON CONFLICT (organization_id, policy_id, version, day) DO UPDATE SET would_deny = known.would_deny + excluded.would_deny,
  would_allow = known.would_allow + excluded.would_allow, changed = known.changed + excluded.changed,
  samples = (excluded.samples || known.samples)[1:${MOST_SAMPLES}]`;

/** Adds what shadow policies would have made of decisions that have just been written, in their transaction: each counts once. */
export async function countShadows(client: pg.PoolClient, decisions: readonly NewDecision[]): Promise<void> {
  const tallies = tallyShadows(decisions);
  if (tallies.length === 0) return;
  await client.query({
    name: 'count_shadows',
    text: COUNT,
    values: [
      tallies.map(({ organizationId }) => organizationId),
      tallies.map(({ policyId }) => policyId),
      tallies.map(({ version }) => version),
      tallies.map(({ day }) => day),
      tallies.map(({ wouldDeny }) => wouldDeny),
      tallies.map(({ wouldAllow }) => wouldAllow),
      tallies.map(({ changed }) => changed),
      tallies.map(({ samples }) => samples.join(',')),
    ],
  });
}

export interface ShadowDay extends pg.QueryResultRow {
  day: string;
  version: number;
  would_deny: number;
  would_allow: number;
  changed: number;
  samples: string[];
}

export interface ShadowedDecision extends pg.QueryResultRow {
  decision_id: string;
  agent_id: string;
  action: string;
  resource: string | null;
  decision: string;
  shadow_decision: string | null;
  at: Date;
}

/** `governance.shadow_counts`: written with the ledger. */
@Injectable()
export class ShadowCountsStore {
  constructor(private readonly scope: OrganizationScope) {}

  /** The newest day first. */
  async of(organizationId: string, policyId: string, days: number): Promise<ShadowDay[]> {
    return this.scope.query<ShadowDay>(organizationId, {
      name: 'shadow_counts',
      text: `SELECT day::text, version, would_deny, would_allow, changed, samples FROM governance.shadow_counts
        WHERE organization_id = $1 AND policy_id = $2 AND day > (now() AT TIME ZONE 'UTC')::date - $3::int
        ORDER BY day DESC, version DESC LIMIT 1000`,
      values: [organizationId, policyId, days],
    });
  }

  /** Those of the decisions that are still kept, the newest first. */
  async decisions(organizationId: string, ids: readonly string[]): Promise<ShadowedDecision[]> {
    if (ids.length === 0) return [];
    return this.scope.query<ShadowedDecision>(organizationId, {
      name: 'shadowed_decisions',
      text: `SELECT decision.decision_id, agent_id, action, resource, decision, shadow_decision, at
        FROM unnest($2::uuid[]) AS wanted (id)
        JOIN governance.decisions AS decision ON decision.organization_id = $1 AND decision.decision_id = wanted.id
        ORDER BY at DESC, decision.decision_id DESC`,
      values: [organizationId, ids],
    });
  }
}
