import { Module } from '@nestjs/common';
import { NamedDeadLettersStore } from '../dead-letters/named-dead-letters.store.js';
import { LedgerModule } from '../ledger/ledger.module.js';
import { PeopleController } from './people.controller.js';
import { PeopleService } from './people.service.js';
import { PeopleStore } from './people.store.js';
import { PseudonymKeysStore } from './pseudonym-keys.store.js';

/** What is kept of people, and how it is forgotten. */
@Module({
  imports: [LedgerModule],
  controllers: [PeopleController],
  providers: [NamedDeadLettersStore, PeopleService, PeopleStore, PseudonymKeysStore],
  exports: [PseudonymKeysStore],
})
export class PeopleModule {}
