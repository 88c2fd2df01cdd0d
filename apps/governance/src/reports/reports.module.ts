import { Module } from '@nestjs/common';
import { TrustModule } from '../trust/trust.module.js';
import { ExecutionReportsConsumer } from './execution-reports.consumer.js';
import { ExecutionReportsController } from './execution-reports.controller.js';
import { ExecutionReports } from './execution-reports.service.js';
import { ExecutionReportsStore } from './execution-reports.store.js';

/** How executions ended. */
@Module({
  imports: [TrustModule],
  controllers: [ExecutionReportsController, ExecutionReportsConsumer],
  providers: [ExecutionReports, ExecutionReportsStore],
})
export class ReportsModule {}
