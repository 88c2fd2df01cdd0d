import { LOGGER, Upkeep } from '@agion/service-kit';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Logger } from 'pino';
import { ExecutionSettings } from '../execution.config.js';
import { RunsStore } from './runs.store.js';

/** Milliseconds between two looks for runs that are over long enough. */
const INTERVAL_MS = 600_000;
/** Runs removed by one statement. */
const BATCH = 1_000;

/** Removes runs whose time is up: what is left is what an organization's quota counts. */
@Injectable()
export class RunUpkeep implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly upkeep: Upkeep;
  private stopped = false;

  constructor(
    private readonly store: RunsStore,
    private readonly settings: ExecutionSettings,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    const failure = 'old runs cannot be removed, trying again later';
    this.upkeep = new Upkeep({ everyMs: INTERVAL_MS, work: () => this.remove(), logger, failure });
  }

  onApplicationBootstrap(): void {
    this.upkeep.start();
  }

  onModuleDestroy(): Promise<void> {
    this.stopped = true;
    return this.upkeep.stop();
  }

  private async remove(): Promise<void> {
    let removed = 0;
    for (let batch = BATCH; batch === BATCH && !this.stopped; removed += batch)
      batch = await this.store.removeFinished(this.settings.runRetentionDays, BATCH);
    if (removed > 0) this.logger.info({ runs: removed }, 'old runs were removed');
  }
}
