import type { ReportStatus } from '@agion/dto';
import type { TrustSource } from '@agion/wire';
import type { TrustEvidence } from '../trust/trust-evidence.js';
import { valueOfReport } from '../trust/trust-mapping.js';

/** How an execution ended. */
export interface ExecutionReport {
  organizationId: string;
  reportId: string;
  agentId: string;
  action: string;
  status: ReportStatus;
  executionId: string | null;
  decisionId: string | null;
  missionId: string | null;
  taskId: string | null;
  startedAt: Date | null;
  durationMs: number | null;
  error: unknown;
  usage: Record<string, unknown> | null;
  metrics: Record<string, unknown> | null;
  source: TrustSource;
  at: Date;
}

/** What a report says about the agent. @param fingerprint of its build */
export const reportEvidence = (report: ExecutionReport, fingerprint: string): TrustEvidence => ({
  ...valueOfReport(report.status),
  organizationId: report.organizationId,
  eventId: `report:${report.reportId}`,
  agentId: report.agentId,
  eventType: `execution_${report.status}`,
  source: report.source,
  reporter: null,
  fingerprint,
  context: { action: report.action, ...(report.decisionId !== null && { decision_id: report.decisionId }) },
  at: report.at,
});
