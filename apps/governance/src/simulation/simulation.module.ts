import { Module } from '@nestjs/common';
import { LedgerModule } from '../ledger/ledger.module.js';
import { PoliciesModule } from '../policies/policies.module.js';
import { RecordedDecisionsStore } from './recorded-decisions.store.js';
import { SimulationsController } from './simulations.controller.js';
import { Simulations } from './simulations.service.js';

/** What policies would have made of what was decided. */
@Module({
  imports: [LedgerModule, PoliciesModule],
  controllers: [SimulationsController],
  providers: [RecordedDecisionsStore, Simulations],
})
export class SimulationModule {}
