import { LOGGER } from '@agion/service-kit';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Logger } from 'pino';
import { TrustMonthsStore } from './trust-months.store.js';

/** Milliseconds between two looks. */
const INTERVAL = 6 * 3_600_000;

/** Sees to it that there is a partition for every month an event may fall into. */
@Injectable()
export class TrustMonthsUpkeep implements OnApplicationBootstrap, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;
  private preparing: Promise<void> | undefined;

  constructor(
    private readonly store: TrustMonthsStore,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => this.look(), INTERVAL).unref();
    this.look();
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    await this.preparing;
  }

  private look(): void {
    this.preparing ??= this.prepare().finally(() => {
      this.preparing = undefined;
    });
  }

  private async prepare(): Promise<void> {
    try {
      await this.store.prepare();
    } catch (error) {
      this.logger.warn({ err: error }, 'the next months of trust events could not be prepared, trying again later');
    }
  }
}
