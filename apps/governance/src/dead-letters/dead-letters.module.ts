import { Module } from '@nestjs/common';
import { EventsModule } from '../events/events.module.js';
import { LedgerModule } from '../ledger/ledger.module.js';
import { DeadLetterRowsStore } from './dead-letter-rows.store.js';
import { DeadLettersConsumer } from './dead-letters.consumer.js';
import { DeadLettersController } from './dead-letters.controller.js';
import { DeadLettersService } from './dead-letters.service.js';
import { DeadLettersStore } from './dead-letters.store.js';
import { DeadLettersUpkeep } from './dead-letters-upkeep.service.js';

/** Entries nobody could handle: kept, shown, put back, given up. */
@Module({
  imports: [EventsModule, LedgerModule],
  controllers: [DeadLettersConsumer, DeadLettersController],
  providers: [DeadLetterRowsStore, DeadLettersService, DeadLettersStore, DeadLettersUpkeep],
})
export class DeadLettersModule {}
