import { Module } from '@nestjs/common';
import { AgentFacts } from './agent-facts.client.js';
import { TrustEvidenceStore } from './trust-evidence.store.js';
import { TrustIntake } from './trust-intake.service.js';
import { TrustKeysPublisher } from './trust-keys.publisher.js';
import { TrustScoreStore } from './trust-score.store.js';
import { TrustScores } from './trust-scores.service.js';

/** What speaks for and against agents, and what follows from it. */
@Module({
  providers: [AgentFacts, TrustEvidenceStore, TrustIntake, TrustKeysPublisher, TrustScoreStore, TrustScores],
  exports: [AgentFacts, TrustEvidenceStore, TrustIntake, TrustScores],
})
export class TrustModule {}
