import { ExecutionReportEntryDto, parseInstant } from '@agion/dto';
import { PermanentError } from '@agion/messaging';
import { AgentFacts, EntryProofs, eventTime, ServiceSettings, StreamHandler } from '@agion/service-kit';
import type { StreamFailure, StreamMessage } from '@agion/service-kit';
import { STREAMS } from '@agion/wire';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { vouched, type Vouched } from '../trust/entry-intake.js';
import { TrustIntake } from '../trust/trust-intake.service.js';
import { reportEvidence, type ExecutionReport } from './execution-report.js';
import { ExecutionReportsStore } from './execution-reports.store.js';

/** Writes down how executions ended, each report once, and lets it count for or against the agent. */
@Controller()
export class ExecutionReportsConsumer {
  constructor(
    private readonly store: ExecutionReportsStore,
    private readonly intake: TrustIntake,
    readonly facts: AgentFacts,
    readonly proofs: EntryProofs,
    readonly settings: ServiceSettings,
  ) {}

  @StreamHandler(STREAMS.executionReports, {
    group: 'governance',
    entry: ExecutionReportEntryDto,
    batch: 500,
    overlap: 2,
  })
  async record(@Payload() messages: StreamMessage<ExecutionReportEntryDto>[]): Promise<StreamFailure[]> {
    const { taken, refused } = await vouched(messages, this);
    if (taken.length > 0) {
      await this.store.record(
        taken.map((one) => {
          const report = reportOf(one);
          return { report, evidence: reportEvidence(report, one.agent.fingerprint) };
        }),
      );
      await this.intake.committed(
        taken.map(({ message, agent }) => ({ organization: message.organization, agentId: agent.id })),
      );
    }
    await this.intake.refuse(refused);
    return refused.map(({ message, reason }) => ({ message, error: new PermanentError(reason) }));
  }
}

function reportOf({
  message: { id, organization, entry },
  agent,
  source,
}: Vouched<ExecutionReportEntryDto>): ExecutionReport {
  return {
    organizationId: organization.id,
    reportId: entry.report_id,
    agentId: agent.id,
    action: entry.action,
    status: entry.status,
    executionId: entry.execution_id ?? null,
    decisionId: entry.decision_id?.toLowerCase() ?? null,
    missionId: entry.mission_id ?? null,
    taskId: entry.task_id ?? null,
    startedAt: entry.started_at === undefined ? null : parseInstant(entry.started_at),
    durationMs: entry.duration_ms ?? null,
    error: entry.error ?? null,
    usage: entry.usage ?? null,
    metrics: entry.metrics ?? null,
    source,
    at: eventTime(undefined, id),
  };
}
