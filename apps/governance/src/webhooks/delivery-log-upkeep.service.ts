import { LOGGER, Upkeep } from '@agion/service-kit';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Logger } from 'pino';
import { DueDeliveriesStore } from './due-deliveries.store.js';

/** Days what was delivered or given up is kept. */
const KEPT_DAYS = 30;
/** Milliseconds between two looks for what is older. */
const INTERVAL_MS = 600_000;

/** Removes what is too old from the log of deliveries. */
@Injectable()
export class DeliveryLogUpkeep implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly upkeep: Upkeep;

  constructor(queue: DueDeliveriesStore, @Inject(LOGGER) logger: Logger) {
    this.upkeep = new Upkeep({
      everyMs: INTERVAL_MS,
      work: () => queue.forget(KEPT_DAYS),
      logger,
      failure: 'old webhook deliveries cannot be removed, trying again later',
    });
  }

  onApplicationBootstrap(): void {
    this.upkeep.start();
  }

  onModuleDestroy(): Promise<void> {
    return this.upkeep.stop();
  }
}
