import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiProblems } from '@agion/service-kit';
import { MetricsReportDto } from './route-metrics.dto.js';
import { RouteMetrics } from './route-metrics.js';

@ApiTags('platform')
@Controller()
export class MetricsController {
  constructor(private readonly metrics: RouteMetrics) {}

  @Get('metrics-debug')
  @ApiOperation({
    summary: 'Requests, errors and latencies of each route',
    description: 'Of all organizations: for admins of the platform.',
    operationId: 'getMetricsDebug',
  })
  @ApiOkResponse({ type: MetricsReportDto })
  @ApiProblems('unauthenticated', 'forbidden')
  report(): MetricsReportDto {
    return { since: this.metrics.since.toISOString(), routes: this.metrics.report() };
  }
}
