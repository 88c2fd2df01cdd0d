import { Module } from '@nestjs/common';
import { EnrollmentsController } from './enrollments.controller.js';
import { EnrollmentsService } from './enrollments.service.js';
import { EnrollmentsStore } from './enrollments.store.js';
import { ExchangeController } from './exchange.controller.js';

@Module({
  controllers: [EnrollmentsController, ExchangeController],
  providers: [EnrollmentsService, EnrollmentsStore],
})
export class EnrollmentsModule {}
