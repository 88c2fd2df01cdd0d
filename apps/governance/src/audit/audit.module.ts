import { Module } from '@nestjs/common';
import { AuditController } from './audit.controller.js';
import { AuditStore } from './audit.store.js';
import { AuditEventsConsumer } from './audit-events.consumer.js';

/** The trail: the one writer of `audit_events`, and the window onto it. */
@Module({ controllers: [AuditController, AuditEventsConsumer], providers: [AuditStore] })
export class AuditModule {}
