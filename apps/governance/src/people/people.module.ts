import { Module } from '@nestjs/common';
import { PeopleController } from './people.controller.js';
import { PeopleService } from './people.service.js';
import { PeopleStore } from './people.store.js';
import { PseudonymKeysStore } from './pseudonym-keys.store.js';

/** What is kept of people, and how it is forgotten. */
@Module({
  controllers: [PeopleController],
  providers: [PeopleService, PeopleStore, PseudonymKeysStore],
  exports: [PseudonymKeysStore],
})
export class PeopleModule {}
