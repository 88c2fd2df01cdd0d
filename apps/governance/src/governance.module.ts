import { DatabaseModule } from '@agion/database';
import { Module } from '@nestjs/common';
import { AuditModule } from './audit/audit.module.js';
import { GovernanceSettings } from './governance.config.js';
import { IdempotencyModule } from './idempotency/idempotency.module.js';
import { OutboxModule } from './outbox/outbox.module.js';

@Module({
  imports: [
    DatabaseModule.forService('governance', GovernanceSettings),
    OutboxModule,
    IdempotencyModule,
    AuditModule,
  ],
})
export class GovernanceModule {}
