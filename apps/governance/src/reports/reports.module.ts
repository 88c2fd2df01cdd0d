import { Module } from '@nestjs/common';
import { TrustModule } from '../trust/trust.module.js';
import { ExecutionReportsConsumer } from './execution-reports.consumer.js';
import { ExecutionReportsStore } from './execution-reports.store.js';

/** How executions ended. */
@Module({ imports: [TrustModule], controllers: [ExecutionReportsConsumer], providers: [ExecutionReportsStore] })
export class ReportsModule {}
