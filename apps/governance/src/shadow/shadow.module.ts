import { Module } from '@nestjs/common';
import { PoliciesModule } from '../policies/policies.module.js';
import { ShadowCountsStore } from './shadow-counts.store.js';
import { ShadowReportsController } from './shadow-reports.controller.js';

/** What policies would change that are not enforced yet. */
@Module({
  imports: [PoliciesModule],
  controllers: [ShadowReportsController],
  providers: [ShadowCountsStore],
})
export class ShadowModule {}
