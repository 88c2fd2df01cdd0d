import { OrganizationScope, Outbox } from '@agion/database';
import type { AuditEntry } from '@agion/service-kit';
import { Injectable } from '@nestjs/common';
import type { TrustEvidence } from './trust-evidence.js';
import type { EvidenceGroup } from './trust-explanation.js';
import { NEGATIVE_HALF_LIFE_DAYS, POSITIVE_HALF_LIFE_DAYS } from './trust-score.js';
import { WEIGHT_UNIT } from './trust-weight.js';

/** Evidence as it was recorded. */
export interface RecordedEvidence extends Omit<TrustEvidence, 'organizationId' | 'agentId' | 'fingerprint'> {
  weight: number;
}

/** Older evidence has all but gone. */
const EXPLAINED_DAYS = 400;

const GROUPS = `
SELECT event_type AS "eventType", dimension, source, severity = 'positive' AS positive, sum(sign)::int AS events, max(at) AS "lastAt",
  (sum(sign * weight * power(2, -greatest(0, (now() AT TIME ZONE 'UTC')::date - (at AT TIME ZONE 'UTC')::date)::float8
    / CASE WHEN severity = 'positive' THEN ${POSITIVE_HALF_LIFE_DAYS} ELSE ${NEGATIVE_HALF_LIFE_DAYS} END)) / ${WEIGHT_UNIT})::float8 AS weight
FROM governance.trust_events
WHERE organization_id = $1 AND agent_id = $2 AND weight > 0 AND at > now() - interval '${EXPLAINED_DAYS} days'
GROUP BY event_type, dimension, source, severity = 'positive' HAVING sum(sign) > 0 ORDER BY weight DESC, 1, 2, 3, 4 LIMIT 500`;

const PAGE = `
SELECT event_id AS "eventId", event_type AS "eventType", severity, impact, dimension, source, reporter, context, at,
  sign * weight::float8 / ${WEIGHT_UNIT} AS weight
FROM governance.trust_events
WHERE organization_id = $1 AND agent_id = $2 AND (at, event_id) < ($3::timestamptz, $4::text)
ORDER BY at DESC, event_id DESC LIMIT $5`;

/** What is behind a score, for people. */
@Injectable()
export class TrustEventsStore {
  constructor(
    private readonly scope: OrganizationScope,
    private readonly outbox: Outbox,
  ) {}

  groups(organizationId: string, agentId: string): Promise<EvidenceGroup[]> {
    return this.scope.query<EvidenceGroup & Record<string, unknown>>(organizationId, {
      name: 'trust_event_groups',
      text: GROUPS,
      values: [organizationId, agentId],
    });
  }

  /** Newest first. */
  page(
    organizationId: string,
    agentId: string,
    after: { at: Date; eventId: string } | null,
    limit: number,
  ): Promise<RecordedEvidence[]> {
    return this.scope.query<RecordedEvidence & Record<string, unknown>>(organizationId, {
      name: 'trust_event_page',
      text: PAGE,
      values: [organizationId, agentId, after?.at ?? 'infinity', after?.eventId ?? '', limit],
    });
  }

  /** Clears a ceiling, with its audit fact in the same transaction; once. @returns whether there is such a ceiling */
  clearCeiling(
    organizationId: string,
    agentId: string,
    id: string,
    { by, reason }: { by: string; reason: string },
    audit: AuditEntry,
  ): Promise<boolean> {
    return this.scope.transaction(organizationId, async (client) => {
      const { rowCount } = await client.query({
        text: `UPDATE governance.trust_ceilings SET cleared_at = now(), cleared_by = $4, cleared_reason = $5
          WHERE organization_id = $1 AND agent_id = $2 AND id = $3 AND cleared_at IS NULL`,
        values: [organizationId, agentId, id, by, reason],
      });
      if (rowCount === 1) {
        await this.outbox.append(client, audit);
        return true;
      }
      const { rows } = await client.query({
        text: 'SELECT 1 FROM governance.trust_ceilings WHERE organization_id = $1 AND agent_id = $2 AND id = $3',
        values: [organizationId, agentId, id],
      });
      return rows.length > 0;
    });
  }
}
