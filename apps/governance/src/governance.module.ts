import { DatabaseModule } from '@agion/database';
import { Module } from '@nestjs/common';
import { AuditModule } from './audit/audit.module.js';
import { GovernanceSettings } from './governance.config.js';

@Module({ imports: [DatabaseModule.forService('governance', GovernanceSettings), AuditModule] })
export class GovernanceModule {}
