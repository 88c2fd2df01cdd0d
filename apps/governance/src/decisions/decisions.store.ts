import { OrganizationScope, WorkerPool } from '@agion/database';
import { Injectable } from '@nestjs/common';
import type pg from 'pg';
import { insertAuditEvents } from '../audit/audit-rows.store.js';
import { DecisionInputsStore } from '../ledger/decision-inputs.store.js';
import { LedgerCipher } from '../ledger/ledger-cipher.js';
import { countShadows } from '../shadow/shadow-counts.store.js';
import { insertEvidence } from '../trust/trust-evidence.store.js';
import { insertViolations } from '../violations/violation-rows.store.js';
import { isDenial, type NewDecision, type RecordedDecision } from './decision.js';
import { auditEventOf, evidenceOf, violationOf } from './denial.js';
import { type DecisionRow, recordedDecision } from './decision-row.js';
import { recordDecisions } from './decision-rows.store.js';
import type { DecisionSearch } from './decision-search.js';

/** Beyond every id, so that a search without a cursor is the same statement and uses the same index. */
const BEHIND_ALL = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/** What an agent says follows from its own decisions; about another agent's it has nothing to say. */
const WITH_OUTCOME = `
SELECT decision.*, report.status AS outcome FROM governance.decisions AS decision
LEFT JOIN LATERAL (SELECT status FROM governance.execution_reports AS report
  WHERE report.organization_id = decision.organization_id AND report.decision_id = decision.decision_id::text
    AND report.agent_id = decision.agent_id
  ORDER BY report.at DESC, report.report_id DESC LIMIT 1) AS report ON true`;

const SEARCH = `${WITH_OUTCOME}
WHERE (at, decision_id) < ($1::timestamptz, $2::uuid) AND at >= $3::timestamptz AND at < $4::timestamptz
  AND ($5::text IS NULL OR agent_id = $5) AND ($6::text IS NULL OR action = $6)
  AND ($7::text IS NULL OR decision = $7) AND ($8::text IS NULL OR source = $8)
  AND ($9::text IS NULL OR coalesce(report.status, 'none') = $9)
ORDER BY at DESC, decision_id DESC LIMIT $10`;

/** `governance.decisions`, the ledger: appended to, searched, never changed. */
@Injectable()
export class DecisionsStore {
  constructor(
    private readonly worker: WorkerPool,
    private readonly scope: OrganizationScope,
    private readonly inputs: DecisionInputsStore,
    private readonly cipher: LedgerCipher,
  ) {}

  /**
   * Writes decisions of any organizations, each once; with a denial go a violation, evidence and an audit fact, and what shadow
   * policies would have changed is counted, in the same transaction. @returns those that are new and denied
   */
  async record(decisions: readonly NewDecision[]): Promise<NewDecision[]> {
    const statement = recordDecisions(decisions, this.cipher);
    if (!decisions.some((decision) => isDenial(decision) || decision.shadowMatched.length > 0)) {
      await this.worker.query(statement);
      return [];
    }
    return this.worker.transaction(async (client) => {
      const { rows } = await client.query<{ decision_id: string }>(statement);
      const added = new Set(rows.map(({ decision_id: id }) => id));
      const fresh = decisions.filter(({ decisionId }) => added.delete(decisionId));
      const denials = fresh.filter(isDenial);
      await recordDenials(client, denials);
      await countShadows(client, fresh);
      return denials;
    });
  }

  /** Those of the decisions that are in the ledger, without what they were asked. */
  async known(keys: readonly { organizationId: string; decisionId: string }[]): Promise<RecordedDecision[]> {
    if (keys.length === 0) return [];
    const rows = await this.worker.query<DecisionRow>({
      name: 'known_decisions',
      text: `SELECT decision.* FROM governance.decisions AS decision
        JOIN unnest($1::uuid[], $2::uuid[]) AS wanted (organization_id, decision_id) USING (organization_id, decision_id)`,
      values: [keys.map(({ organizationId }) => organizationId), keys.map(({ decisionId }) => decisionId)],
    });
    return rows.map((row) => recordedDecision(row));
  }

  async find(organizationId: string, decisionId: string): Promise<RecordedDecision | null> {
    const rows = await this.scope.query<DecisionRow>(organizationId, {
      name: 'find_decision',
      text: `${WITH_OUTCOME} WHERE decision.decision_id = $1`,
      values: [decisionId],
    });
    return (await this.whole(organizationId, rows))[0] ?? null;
  }

  /** Newest first. */
  async search(organizationId: string, search: DecisionSearch): Promise<RecordedDecision[]> {
    const { after, from, to, agentId, action, decision, source, outcome, limit } = search;
    const rows = await this.scope.query<DecisionRow>(organizationId, {
      name: 'search_decisions',
      text: SEARCH,
      values: [
        after?.at ?? 'infinity',
        after?.decisionId ?? BEHIND_ALL,
        from ?? '-infinity',
        to ?? 'infinity',
        agentId,
        action,
        decision,
        source,
        outcome,
        limit,
      ],
    });
    return this.whole(organizationId, rows);
  }

  private async whole(organizationId: string, rows: readonly DecisionRow[]): Promise<RecordedDecision[]> {
    const inputs = await this.inputs.of(organizationId, rows);
    return rows.map((row, index) => recordedDecision(row, inputs[index]));
  }
}

async function recordDenials(client: pg.PoolClient, denials: readonly NewDecision[]): Promise<void> {
  if (denials.length === 0) return;
  await insertViolations(client, denials.map(violationOf));
  await insertEvidence(client, denials.flatMap(evidenceOf));
  await insertAuditEvents(
    client,
    denials.map((denial) => ({ organizationId: denial.organizationId, event: auditEventOf(denial) })),
  );
}
