import { Module } from '@nestjs/common';
import { PeopleModule } from '../people/people.module.js';
import { TrustModule } from '../trust/trust.module.js';
import { FeedbackConsumer } from './feedback.consumer.js';
import { FeedbackController } from './feedback.controller.js';
import { FeedbackService } from './feedback.service.js';
import { FeedbackStore } from './feedback.store.js';

/** What people and agents say about agents' work. */
@Module({
  imports: [TrustModule, PeopleModule],
  controllers: [FeedbackController, FeedbackConsumer],
  providers: [FeedbackService, FeedbackStore],
  exports: [FeedbackStore],
})
export class FeedbackModule {}
