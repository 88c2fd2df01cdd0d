import { Module } from '@nestjs/common';
import { GovernanceSettings } from '../governance.config.js';
import { DecisionInputsStore } from './decision-inputs.store.js';
import { LedgerCipher } from './ledger-cipher.js';
import { LedgerUpkeep } from './ledger-upkeep.service.js';
import { PartitionsStore } from './partitions.store.js';

/** How the ledger is kept: by months, what was asked encrypted and for days, and for how long. */
@Module({
  providers: [
    DecisionInputsStore,
    LedgerUpkeep,
    PartitionsStore,
    {
      provide: LedgerCipher,
      inject: [GovernanceSettings],
      useFactory: ({ ledgerKey, ledgerKeysPrevious }: GovernanceSettings) =>
        new LedgerCipher(ledgerKey, ledgerKeysPrevious),
    },
  ],
  exports: [DecisionInputsStore, LedgerCipher],
})
export class LedgerModule {}
