import {
  LOGGER,
  openDeadLetters,
  OrganizationDirectory,
  SERVICE,
  Upkeep,
  type OpenDeadLetters,
  type ServiceFacts,
} from '@agion/service-kit';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Logger } from 'pino';
import { DeadLetterRowsStore } from './dead-letter-rows.store.js';

/** Days a dead letter is kept after it died: no longer than a repeated event is known again by every consumer. */
export const KEPT_DAYS = 30;
/** Milliseconds between two looks for what is older. */
const INTERVAL_MS = 600_000;

/** Tells how many dead letters are open, and removes those past their time. */
@Injectable()
export class DeadLettersUpkeep implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly upkeep: Upkeep;
  private endGauge: (() => void) | undefined;

  constructor(
    private readonly rows: DeadLetterRowsStore,
    private readonly organizations: OrganizationDirectory,
    @Inject(SERVICE) private readonly self: ServiceFacts,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.upkeep = new Upkeep({
      everyMs: INTERVAL_MS,
      work: (stopping) => this.remove(stopping),
      logger,
      failure: 'old dead letters cannot be removed, trying again later',
    });
  }

  onApplicationBootstrap(): void {
    this.upkeep.start();
    this.endGauge = openDeadLetters(this.self.name, () => this.open());
  }

  async onModuleDestroy(): Promise<void> {
    this.endGauge?.();
    await this.upkeep.stop();
  }

  /** Of the organizations known here, by their names. Nothing while Postgres is away, which others notice. */
  async open(): Promise<OpenDeadLetters[]> {
    const slugs = new Map(this.organizations.all().map(({ id, slug }) => [id, slug]));
    try {
      const counts = await this.rows.open();
      return counts.flatMap(({ organizationId, stream, entries }) => {
        const organization = slugs.get(organizationId);
        return organization === undefined ? [] : { organization, stream, entries };
      });
    } catch (error) {
      this.logger.debug({ err: error }, 'open dead letters could not be counted');
      return [];
    }
  }

  private async remove(stopping: AbortSignal): Promise<void> {
    let [more, open] = [true, 0];
    while (more && !stopping.aborted) {
      const gone = await this.rows.forget(KEPT_DAYS);
      more = gone.more;
      open += gone.open;
    }
    if (open > 0) this.logger.warn({ open, days: KEPT_DAYS }, 'dead letters nobody has looked at are past their time');
  }
}
