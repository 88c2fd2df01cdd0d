import { LOGGER, OrganizationDirectory } from '@agion/service-kit';
import type { Organization } from '@agion/wire';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Logger } from 'pino';
import { AgentPoliciesPublisher } from './agent-policies.publisher.js';
import { isSameState, type PolicyState } from './policy-record.js';
import { PolicySetsStore } from './policy-sets.store.js';
import { PolicySnapshots } from './policy-snapshots.service.js';
import { PolicyUpdatesConsumer } from './policy-updates.consumer.js';
import { PolicyUpdatesPublisher } from './policy-updates.publisher.js';

const BEAT = 1_000;
/** Milliseconds the beacon waits for the database before it repeats what was known. */
const PATIENCE = 400;

/**
 * Each second: one read of where all organizations' policies are, a new snapshot where the one in memory is behind, and the
 * beacon. Every replica does this by itself: a beacon twice is harmless, none while an elected replica is gone is not.
 */
@Injectable()
export class PolicyBeat implements OnApplicationBootstrap, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;
  private states = new Map<string, PolicyState>();

  constructor(
    private readonly directory: OrganizationDirectory,
    private readonly store: PolicySetsStore,
    private readonly snapshots: PolicySnapshots,
    private readonly consumer: PolicyUpdatesConsumer,
    private readonly publisher: PolicyUpdatesPublisher,
    private readonly agents: AgentPoliciesPublisher,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.beat(), BEAT).unref();
    void this.beat();
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    await this.looking;
  }

  private async beat(): Promise<void> {
    const organizations = this.organizations();
    for (const organization of organizations)
      this.consumer.hear(organization, (revision) => this.changed(organization, revision));
    this.looking ??= this.look(organizations).finally(() => {
      this.looking = undefined;
    });
    await Promise.race([this.looking, pause(PATIENCE)]);
    await Promise.all(organizations.map((organization) => this.tell(organization)));
  }

  private async look(organizations: Organization[]): Promise<void> {
    try {
      this.states = await this.store.states(organizations.map(({ id }) => id));
    } catch (error) {
      this.logger.warn({ err: error }, 'revisions of policies could not be read');
      return;
    }
    for (const organization of this.snapshots.loaded()) {
      const current = this.snapshots.current(organization);
      const state = this.states.get(organization.id);
      if (current && state && !isSameState(current, state)) void this.renew(organization);
    }
  }

  private async tell(organization: Organization): Promise<void> {
    const state = this.states.get(organization.id);
    const current = this.snapshots.current(organization);
    const known = current && state && current.revision > state.revision ? current : (state ?? current);
    if (!known) return;
    await this.publisher.beacon(organization.slug, known);
    await this.agents.keep(organization, known);
  }

  private changed(organization: Organization, revision: number | undefined): void {
    const current = this.snapshots.current(organization);
    if (current && (revision === undefined || revision > current.revision)) void this.renew(organization);
  }

  private async renew(organization: Organization): Promise<void> {
    try {
      await this.snapshots.refresh(organization);
    } catch (error) {
      this.logger.warn({ err: error, organization: organization.slug }, 'policies could not be loaded again');
    }
  }

  /** Those of the directory, and those that are in use before the directory has heard of them. */
  private organizations(): Organization[] {
    const all = [...this.directory.all(), ...this.snapshots.loaded()];
    return [...new Map(all.map((organization) => [organization.id, organization])).values()];
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms).unref());
