import { Module } from '@nestjs/common';
import { PoliciesModule } from '../policies/policies.module.js';
import { LedgerModule } from '../ledger/ledger.module.js';
import { TrustModule } from '../trust/trust.module.js';
import { CheckController } from './check.controller.js';
import { DecisionAnswers } from './decision-answers.service.js';
import { DecisionLedger } from './decision-ledger.service.js';
import { DecisionMaker } from './decision-maker.service.js';
import { DecisionRepliesPublisher } from './decision-replies.publisher.js';
import { DecisionRequestsConsumer } from './decision-requests.consumer.js';
import { DecisionsController } from './decisions.controller.js';
import { DecisionsService } from './decisions.service.js';
import { DecisionsStore } from './decisions.store.js';
import { EarlierDecisions } from './earlier-decisions.service.js';
import { LocalDecisionsConsumer } from './local-decisions.consumer.js';

/** May it be done? The answers over streams and HTTP, and the ledger of all of them. */
@Module({
  imports: [LedgerModule, PoliciesModule, TrustModule],
  controllers: [CheckController, DecisionsController, DecisionRequestsConsumer, LocalDecisionsConsumer],
  providers: [
    DecisionAnswers,
    DecisionLedger,
    DecisionMaker,
    DecisionRepliesPublisher,
    DecisionsService,
    DecisionsStore,
    EarlierDecisions,
  ],
})
export class DecisionsModule {}
