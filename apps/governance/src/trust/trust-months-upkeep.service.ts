import { LOGGER, Upkeep } from '@agion/service-kit';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Logger } from 'pino';
import { TrustMonthsStore } from './trust-months.store.js';

/** Milliseconds between two looks. */
const INTERVAL_MS = 6 * 3_600_000;

/** Sees to it that there is a partition for every month an event may fall into. */
@Injectable()
export class TrustMonthsUpkeep implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly upkeep: Upkeep;

  constructor(store: TrustMonthsStore, @Inject(LOGGER) logger: Logger) {
    this.upkeep = new Upkeep({
      everyMs: INTERVAL_MS,
      work: () => store.prepare(),
      logger,
      failure: 'the next months of trust events could not be prepared, trying again later',
    });
  }

  onApplicationBootstrap(): void {
    this.upkeep.start();
  }

  onModuleDestroy(): Promise<void> {
    return this.upkeep.stop();
  }
}
