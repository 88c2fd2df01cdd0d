import { DecisionReportsDto, type ExecutionReportDto } from '@agion/dto';
import { ApiProblems, Caller } from '@agion/service-kit';
import type { Principal } from '@agion/wire';
import { Controller, Get, Param } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ExecutionReports } from './execution-reports.service.js';
import type { KeptReport } from './execution-reports.store.js';

@ApiTags('Decisions')
@ApiProblems('unauthenticated', 'forbidden', 'decision-not-found')
@Controller('v1/decisions/:id/reports')
export class ExecutionReportsController {
  constructor(private readonly reports: ExecutionReports) {}

  @Get()
  @ApiOperation({
    operationId: 'listDecisionReports',
    summary: 'What became of a decision',
    description: 'Execution reports of the same agent that name the decision. Needs the role `viewer`.',
  })
  @ApiOkResponse({ type: DecisionReportsDto })
  async list(@Caller() caller: Principal, @Param('id') id: string): Promise<DecisionReportsDto> {
    return { decision_id: id, items: (await this.reports.ofDecision(caller, id)).map(toReportDto) };
  }
}

const toReportDto = (report: KeptReport): ExecutionReportDto => ({
  report_id: report.reportId,
  action: report.action,
  status: report.status,
  source: report.source,
  execution_id: report.executionId,
  task_id: report.taskId,
  started_at: report.startedAt?.toISOString() ?? null,
  duration_ms: report.durationMs,
  error: typeof report.error === 'string' || report.error === null ? report.error : JSON.stringify(report.error),
  usage: report.usage,
  metrics: report.metrics,
  at: report.at.toISOString(),
});
