import { DatabaseModule } from '@agion/database';
import { Module } from '@nestjs/common';
import { CoordinationSettings } from './coordination.config.js';
import { MissionsModule } from './missions/missions.module.js';
import { OutboxModule } from './outbox/outbox.module.js';

@Module({
  imports: [DatabaseModule.forService('coordination', CoordinationSettings), OutboxModule, MissionsModule],
})
export class CoordinationModule {}
