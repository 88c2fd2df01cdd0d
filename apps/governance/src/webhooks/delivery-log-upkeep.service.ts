import { LOGGER } from '@agion/service-kit';
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
  private timer: NodeJS.Timeout | undefined;
  private removing: Promise<void> | undefined;

  constructor(
    private readonly queue: DueDeliveriesStore,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      this.removing ??= this.remove().finally(() => {
        this.removing = undefined;
      });
    }, INTERVAL_MS).unref();
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    await this.removing;
  }

  private async remove(): Promise<void> {
    try {
      await this.queue.forget(KEPT_DAYS);
    } catch (error) {
      this.logger.warn({ err: error }, 'old webhook deliveries cannot be removed, trying again later');
    }
  }
}
