import { auditEntry, LOGGER, OrganizationDirectory, OutboxPublisher } from '@agion/service-kit';
import type { Organization, Principal } from '@agion/wire';
import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import { AgentPoliciesPublisher } from './agent-policies.publisher.js';
import { DefaultEffectsStore } from './default-effects.store.js';
import { PolicySnapshots } from './policy-snapshots.service.js';
import { PolicyUpdatesPublisher } from './policy-updates.publisher.js';

/** What holds where no policy matches follows the settings of the organization, which are the registry's. */
@Injectable()
export class DefaultEffects {
  /** The settings taken over last, by organization: most looks cost nothing. */
  private readonly adopted = new Map<string, number>();

  constructor(
    private readonly directory: OrganizationDirectory,
    private readonly store: DefaultEffectsStore,
    private readonly snapshots: PolicySnapshots,
    private readonly updates: PolicyUpdatesPublisher,
    private readonly agents: AgentPoliciesPublisher,
    private readonly outbox: OutboxPublisher,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Follows the settings from now on. */
  follow(): void {
    this.directory.onRefreshed(() => {
      for (const organization of this.directory.all()) void this.adopt(organization);
    });
  }

  private async adopt(organization: Organization): Promise<void> {
    const { version, default_effect: effect } = this.directory.settingsOf(organization.slug);
    if (version <= (this.adopted.get(organization.id) ?? 0)) return;
    try {
      const revision = await this.store.adopt(organization.id, { version, effect }, (next) =>
        auditEntry({
          type: 'policies.default_effect_changed',
          actor: governanceIn(organization),
          subject: { kind: 'organization', id: organization.slug },
          outcome: 'succeeded',
          details: { default_effect: effect, revision: next, settings_version: version },
        }),
      );
      this.adopted.set(organization.id, version);
      if (revision === null) return;
      this.outbox.nudge();
      await this.snapshots.refresh(organization);
      await this.updates.changed(organization.slug, revision, ['*']);
      await this.agents.changed(organization);
    } catch (error) {
      // The next look at the organizations tries again; what is committed is found by its revision.
      this.logger.warn({ err: error, organization: organization.slug }, 'the default effect could not be taken over');
    }
  }
}

const governanceIn = (organization: Organization): Principal => ({
  kind: 'service',
  subject: 'governance',
  organization,
  role: null,
  groups: [],
});
