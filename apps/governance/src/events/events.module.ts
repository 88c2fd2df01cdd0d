import { Module } from '@nestjs/common';
import { FeedbackModule } from '../feedback/feedback.module.js';
import { TrustModule } from '../trust/trust.module.js';
import { EventsController } from './events.controller.js';
import { EventsPublisher } from './events.publisher.js';
import { EventsService } from './events.service.js';
import { IngestGate } from './ingest-gate.publisher.js';

/** What would go over a stream, over HTTP. */
@Module({
  imports: [TrustModule, FeedbackModule],
  controllers: [EventsController],
  providers: [EventsService, EventsPublisher, IngestGate],
  exports: [IngestGate],
})
export class EventsModule {}
