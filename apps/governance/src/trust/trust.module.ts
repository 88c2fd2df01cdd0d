import { AgentFacts, AgentNotices, EntryProofs, streamKeysFrom } from '@agion/service-kit';
import { Module } from '@nestjs/common';
import { GovernanceSettings } from '../governance.config.js';
import { ViolationsModule } from '../violations/violations.module.js';
import { ForgeriesStore } from './forgeries.store.js';
import { TrustController } from './trust.controller.js';
import { TrustEventsConsumer } from './trust-events.consumer.js';
import { TrustEventsStore } from './trust-events.store.js';
import { TrustEvidenceStore } from './trust-evidence.store.js';
import { TrustHoldings } from './trust-holdings.service.js';
import { TrustHoldingsStore } from './trust-holdings.store.js';
import { TrustIntake } from './trust-intake.service.js';
import { TrustKeysPublisher } from './trust-keys.publisher.js';
import { TrustKeysUpkeep } from './trust-keys-upkeep.service.js';
import { TrustEvidenceReader } from './trust-evidence-reader.service.js';
import { TrustFeed } from './trust.feed.js';
import { TrustMonthsStore } from './trust-months.store.js';
import { TrustStandingsStore } from './trust-standings.store.js';
import { TrustTiers } from './trust-tiers.service.js';
import { TrustMonthsUpkeep } from './trust-months-upkeep.service.js';
import { TrustScoreStore } from './trust-score.store.js';
import { TrustScores } from './trust-scores.service.js';
import { TrustService } from './trust.service.js';

/** What speaks for and against agents, and what follows from it. */
@Module({
  imports: [ViolationsModule],
  controllers: [TrustController, TrustEventsConsumer],
  providers: [
    streamKeysFrom(GovernanceSettings),
    AgentNotices,
    AgentFacts,
    EntryProofs,
    TrustEvidenceStore,
    ForgeriesStore,
    TrustIntake,
    TrustHoldings,
    TrustHoldingsStore,
    TrustKeysPublisher,
    TrustKeysUpkeep,
    TrustMonthsStore,
    TrustMonthsUpkeep,
    TrustEvidenceReader,
    TrustFeed,
    TrustStandingsStore,
    TrustTiers,
    TrustEventsStore,
    TrustScoreStore,
    TrustScores,
    TrustService,
  ],
  exports: [AgentFacts, EntryProofs, TrustEvidenceStore, TrustIntake, TrustScores],
})
export class TrustModule {}
