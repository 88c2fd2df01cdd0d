import { LOGGER, OrganizationDirectory, Upkeep } from '@agion/service-kit';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Logger } from 'pino';
import { PartitionsStore } from './partitions.store.js';

/** Milliseconds between two looks. */
const INTERVAL_MS = 3_600_000;
const DAY_MS = 24 * 60 * 60 * 1_000;
/** Days what was asked is kept. */
const INPUTS_DAYS = 14;
/** Milliseconds after which settings are too old to remove anything by: an organization may have chosen to keep more. */
const FRESH_MS = 600_000;

/**
 * Makes the ledger's partitions ahead of their time, and removes what is past the time its organization keeps it. Every replica does
 * it; the database lets one at a time.
 */
@Injectable()
export class LedgerUpkeep implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly upkeep: Upkeep;
  private refreshedAt = -Infinity;

  constructor(
    private readonly partitions: PartitionsStore,
    private readonly directory: OrganizationDirectory,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.upkeep = new Upkeep({
      everyMs: INTERVAL_MS,
      work: (stopping) => this.keep(stopping),
      logger,
      // There is a default partition: nothing is refused meanwhile.
      failure: 'the partitions of the ledger could not be kept, trying again later',
    });
    directory.onRefreshed(() => {
      const isFirst = this.refreshedAt === -Infinity;
      this.refreshedAt = performance.now();
      if (isFirst) this.upkeep.again();
    });
  }

  onApplicationBootstrap(): void {
    this.upkeep.start();
  }

  onModuleDestroy(): Promise<void> {
    return this.upkeep.stop();
  }

  private async keep(stopping: AbortSignal): Promise<void> {
    const made = await this.partitions.prepare();
    if (made > 0) this.logger.info({ made }, 'partitions of the ledger are made');
    if (performance.now() - this.refreshedAt <= FRESH_MS) await this.remove(Date.now(), stopping);
  }

  private async remove(now: number, stopping: AbortSignal): Promise<void> {
    const organizations = this.directory.all().map(({ id, slug }) => {
      const { decision_retention_days: days } = this.directory.settingsOf(slug);
      return { id, before: new Date(now - days * DAY_MS) };
    });
    const oldest = Math.min(...organizations.map(({ before }) => before.getTime()));
    const dropped = await this.partitions.drop(new Date(oldest));
    if (dropped.length > 0) this.logger.info({ dropped }, 'partitions of the ledger are dropped');
    for (const { id, before } of organizations) {
      while (!stopping.aborted && (await this.partitions.forgetDecisions(id, before)));
      if (!stopping.aborted) await this.partitions.forgetShadows(id, before);
    }
    while (!stopping.aborted && (await this.partitions.forgetInputs(INPUTS_DAYS)));
  }
}
