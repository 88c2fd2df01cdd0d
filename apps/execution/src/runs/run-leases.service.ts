import { LOGGER, OrganizationDirectory } from '@agion/service-kit';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { Logger } from 'pino';
import { ActiveTurns, INTERRUPTED } from './active-turns.js';
import { RunEventsFeed } from './run-events.feed.js';
import { LEASE_SECONDS, RunsStore } from './runs.store.js';

/** Milliseconds between two signs of life: a third of the lease, so that two may get lost. */
const INTERVAL_MS = (LEASE_SECONDS * 1_000) / 3;

/**
 * Keeps this process's runs its own, and ends those of processes that fell silent: a run whose process was killed is interrupted at
 * most a lease and an interval (20 s) later, by whichever replica looks first, also one that has just started.
 */
@Injectable()
export class RunLeases implements OnApplicationBootstrap {
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;
  private renewedAt = performance.now();

  constructor(
    private readonly store: RunsStore,
    private readonly feed: RunEventsFeed,
    private readonly turns: ActiveTurns,
    private readonly organizations: OrganizationDirectory,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    void this.tick();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  private async tick(): Promise<void> {
    try {
      await this.renew();
      await this.reap();
    } catch (error) {
      this.logger.warn({ err: error }, 'leases of runs could not be looked after');
    }
    if (performance.now() - this.renewedAt > LEASE_SECONDS * 1_000) this.turns.stopAll(); // others count us as dead
    if (!this.stopped) this.timer = setTimeout(() => void this.tick(), INTERVAL_MS).unref();
  }

  private async renew(): Promise<void> {
    const held = this.turns.keys(); // before asking: a run that comes meanwhile is not lost
    const at = performance.now();
    this.turns.stopLost(held, await this.store.renew(this.turns.executor));
    this.renewedAt = at;
  }

  private async reap(): Promise<void> {
    const organizations = new Map(this.organizations.all().map(({ id, slug }) => [id, slug]));
    const runs = await this.store.interruptAbandoned([...organizations.keys()], INTERRUPTED);
    await Promise.all(
      runs.map(async ({ organizationId, id }) => {
        const slug = organizations.get(organizationId);
        if (slug === undefined) return;
        this.logger.warn({ run_id: id, organization: slug }, 'run was interrupted');
        await this.feed.append(slug, id, { kind: 'run.failed', ...INTERRUPTED });
      }),
    );
  }
}
