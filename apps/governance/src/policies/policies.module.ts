import { Module } from '@nestjs/common';
import { ActionDefinitionsStore } from '../actions/action-definitions.store.js';
import { AgentPoliciesPublisher } from './agent-policies.publisher.js';
import { DefaultEffects } from './default-effects.service.js';
import { DefaultEffectsStore } from './default-effects.store.js';
import { PoliciesController } from './policies.controller.js';
import { PolicyConvergence } from './policy-convergence.service.js';
import { PolicyConvergenceController } from './policy-convergence.controller.js';
import { PolicyAdoption } from './policy-adoption.client.js';
import { PolicyCommitsStore } from './policy-commits.store.js';
import { PolicyBeat } from './policy-beat.service.js';
import { PolicyChangesStore } from './policy-changes.store.js';
import { PolicyEditor } from './policy-editor.service.js';
import { PolicyReadsStore } from './policy-reads.store.js';
import { PolicySetsStore } from './policy-sets.store.js';
import { PolicySnapshots } from './policy-snapshots.service.js';
import { PolicyTester } from './policy-tester.service.js';
import { PolicySync } from './policy-sync.service.js';
import { PolicyUpdatesConsumer } from './policy-updates.consumer.js';
import { PolicyUpdatesPublisher } from './policy-updates.publisher.js';

/** What may be done, as people write it and as agents get it. */
@Module({
  controllers: [PolicyConvergenceController, PoliciesController],
  providers: [
    ActionDefinitionsStore,
    PolicyReadsStore,
    PolicyChangesStore,
    PolicySetsStore,
    DefaultEffectsStore,
    DefaultEffects,
    PolicySnapshots,
    PolicyEditor,
    PolicySync,
    PolicyTester,
    PolicyBeat,
    PolicyUpdatesConsumer,
    PolicyUpdatesPublisher,
    AgentPoliciesPublisher,
    PolicyCommitsStore,
    PolicyAdoption,
    PolicyConvergence,
  ],
  exports: [PolicyReadsStore, PolicySnapshots, PolicyUpdatesPublisher, AgentPoliciesPublisher],
})
export class PoliciesModule {
  constructor(effects: DefaultEffects) {
    effects.follow();
  }
}
