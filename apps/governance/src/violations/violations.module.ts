import { Module } from '@nestjs/common';
import { ViolationsController } from './violations.controller.js';
import { ViolationsService } from './violations.service.js';
import { ViolationsStore } from './violations.store.js';

/** What went against the rules, and what became of it. */
@Module({
  controllers: [ViolationsController],
  providers: [ViolationsService, ViolationsStore],
  exports: [ViolationsStore],
})
export class ViolationsModule {}
