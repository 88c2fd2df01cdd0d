import { IdempotencyStore, OrganizationScope } from '@agion/database';
import { AgentFacts, AgentNotices, EntryProofs, streamKeysFrom } from '@agion/service-kit';
import { Module } from '@nestjs/common';
import { CoordinationSettings } from '../coordination.config.js';
import { IDEMPOTENCY_KEYS } from './create-once.interceptor.js';
import { MissionEventsConsumer } from './mission-events.consumer.js';
import { MissionReportsStore } from './mission-reports.store.js';
import { MissionsController } from './missions.controller.js';
import { MissionsService } from './missions.service.js';
import { MissionsStore } from './missions.store.js';

/** Missions: planned over HTTP, reported about over a stream. */
@Module({
  controllers: [MissionsController, MissionEventsConsumer],
  providers: [
    MissionsService,
    MissionsStore,
    MissionReportsStore,
    streamKeysFrom(CoordinationSettings),
    AgentNotices,
    AgentFacts,
    EntryProofs,
    {
      provide: IDEMPOTENCY_KEYS,
      inject: [OrganizationScope],
      useFactory: (scope: OrganizationScope) => new IdempotencyStore('coordination', scope),
    },
  ],
})
export class MissionsModule {}
