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
import { DeadLetterRowsStore, type Removed } from './dead-letter-rows.store.js';

/** Days a dead letter is kept after it died: no longer than a repeated event is known again by every consumer. */
export const KEPT_DAYS = 30;
/**
 * Of one stream of an organization: whoever can write to a stream can fill it with what nobody can handle. Between two looks there are
 * no more than Redis holds for the hour it keeps them.
 */
const MOST_KEPT = { letters: 10_000, bytes: 256 * 1024 * 1024 };
/** Milliseconds between two looks for what is older, or too much. */
const INTERVAL_MS = 600_000;

/** Tells how many dead letters are open, and removes those past their time and those that are too many. */
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
    const old = await inBatches(() => this.rows.forget(KEPT_DAYS), stopping);
    if (old > 0)
      this.logger.warn({ open: old, days: KEPT_DAYS }, 'dead letters nobody has looked at are past their time');
    const many = await inBatches(() => this.rows.thin(MOST_KEPT), stopping);
    if (many > 0)
      this.logger.warn({ open: many, ...MOST_KEPT }, 'dead letters of a stream are too many: the first are gone');
  }
}

/** @returns how many were removed that nobody had looked at */
async function inBatches(remove: () => Promise<Removed>, stopping: AbortSignal): Promise<number> {
  let [more, open] = [true, 0];
  while (more && !stopping.aborted) {
    const gone = await remove();
    more = gone.more;
    open += gone.open;
  }
  return open;
}
