import { OrganizationScope, WorkerPool } from '@agion/database';
import { Injectable } from '@nestjs/common';
import { firstOfEach } from '../trust/first-of-each.js';
import type { TrustEvidence } from '../trust/trust-evidence.js';
import { insertEvidence } from '../trust/trust-evidence.store.js';
import type { ExecutionReport } from './execution-report.js';

const INSERT = `
INSERT INTO governance.execution_reports (organization_id, report_id, agent_id, action, status, execution_id, decision_id,
  mission_id, task_id, started_at, duration_ms, error, usage, metrics, source, at)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
  $10::timestamptz[], $11::float8[], $12::jsonb[], $13::jsonb[], $14::jsonb[], $15::text[], $16::timestamptz[])
ORDER BY 1, 2
ON CONFLICT (organization_id, report_id) DO NOTHING`;

/** What an agent says follows from its own decisions; about another agent's it has nothing to say. */
const OF_DECISION = `
SELECT report.report_id AS "reportId", report.action, report.status, report.source, report.execution_id AS "executionId",
  report.task_id AS "taskId", report.started_at AS "startedAt", report.duration_ms AS "durationMs", report.error, report.usage,
  report.metrics, report.at
FROM governance.decisions AS decision
LEFT JOIN governance.execution_reports AS report ON report.organization_id = decision.organization_id
  AND report.decision_id = $2::text AND report.agent_id = decision.agent_id
WHERE decision.organization_id = $1 AND decision.decision_id = $2::uuid
ORDER BY report.at, report.report_id LIMIT 100`;

/** A report as it is kept about a decision. */
export type KeptReport = Omit<ExecutionReport, 'organizationId' | 'agentId' | 'decisionId' | 'missionId'>;

const json = (value: unknown): string | null => (value === null || value === undefined ? null : JSON.stringify(value));

/** `governance.execution_reports`: written once, with what they say about the agent. */
@Injectable()
export class ExecutionReportsStore {
  constructor(
    private readonly worker: WorkerPool,
    private readonly scope: OrganizationScope,
  ) {}

  /** What became of a decision, oldest first. @returns null when there is no such decision */
  async ofDecision(organizationId: string, decisionId: string): Promise<KeptReport[] | null> {
    type Row = (KeptReport | { reportId: null }) & Record<string, unknown>;
    const rows = await this.scope.query<Row>(organizationId, {
      name: 'reports_of_decision',
      text: OF_DECISION,
      values: [organizationId, decisionId],
    });
    return rows.length === 0 ? null : rows.filter((row): row is KeptReport & Row => row.reportId !== null);
  }

  async record(given: readonly { report: ExecutionReport; evidence: TrustEvidence }[]): Promise<void> {
    const reports = firstOfEach(
      given.map(({ report }) => report),
      ({ organizationId, reportId }) => `${organizationId} ${reportId}`,
    );
    await this.worker.transaction(async (client) => {
      await client.query({
        name: 'insert_execution_reports',
        text: INSERT,
        values: [
          reports.map(({ organizationId }) => organizationId),
          reports.map(({ reportId }) => reportId),
          reports.map(({ agentId }) => agentId),
          reports.map(({ action }) => action),
          reports.map(({ status }) => status),
          reports.map(({ executionId }) => executionId),
          reports.map(({ decisionId }) => decisionId),
          reports.map(({ missionId }) => missionId),
          reports.map(({ taskId }) => taskId),
          reports.map(({ startedAt }) => startedAt),
          reports.map(({ durationMs }) => durationMs),
          reports.map(({ error }) => json(error)),
          reports.map(({ usage }) => json(usage)),
          reports.map(({ metrics }) => json(metrics)),
          reports.map(({ source }) => source),
          reports.map(({ at }) => at),
        ],
      });
      await insertEvidence(
        client,
        given.map(({ evidence }) => evidence),
      );
    });
  }
}
