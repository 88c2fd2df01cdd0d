import {
  LOGGER,
  SERVICE,
  trustHoldings,
  type ReadinessCheck,
  type ServiceFacts,
  type TrustHoldings as Held,
} from '@agion/service-kit';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Logger } from 'pino';
import { GovernanceSettings } from '../governance.config.js';
import { TrustHoldingsStore } from './trust-holdings.store.js';

/** Days after its time until a month is overdue: whoever archives once a month is in time. */
const PATIENCE_DAYS = 35;

/** Tells what trust holds: ceilings, and months of events that nobody archives. The service itself lets none go. */
@Injectable()
export class TrustHoldings implements ReadinessCheck, OnApplicationBootstrap, OnModuleDestroy {
  readonly readinessName = 'trust_retention';
  private endGauges: (() => void) | undefined;

  constructor(
    private readonly store: TrustHoldingsStore,
    private readonly settings: GovernanceSettings,
    @Inject(SERVICE) private readonly self: ServiceFacts,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.endGauges = trustHoldings(this.self.name, () => this.read());
  }

  onModuleDestroy(): void {
    this.endGauges?.();
  }

  /** Never makes a service unready: what waits is only larger than it has to be. */
  async checkReadiness(): Promise<Record<string, unknown>> {
    const [oldest, ...others] = await this.overdue();
    return oldest === undefined
      ? { overdue_months: 0 }
      : {
          overdue_months: others.length + 1,
          oldest_month: oldest.slice(0, 7),
          warning: 'trust events are older than TRUST_RETENTION_DAYS: run `agion trust archive`',
        };
  }

  private async read(): Promise<Held | null> {
    try {
      const [ceilings, overdue] = await Promise.all([this.store.ceilings(), this.overdue()]);
      return { ceilings, overdueMonths: overdue.length };
    } catch (error) {
      this.logger.debug({ err: error }, 'what trust holds could not be counted');
      return null;
    }
  }

  private overdue(): Promise<string[]> {
    return this.store.monthsBefore(this.settings.trustRetentionDays + PATIENCE_DAYS);
  }
}
