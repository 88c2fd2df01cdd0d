import { MAX_COMMITS, type PolicyConvergenceDto } from '@agion/dto';
import { LOGGER, policyStaleAgents, SERVICE, type ServiceFacts } from '@agion/service-kit';
import type { Organization } from '@agion/wire';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Logger } from 'pino';
import { type Adoption, PolicyAdoption } from './policy-adoption.client.js';
import { type PolicyCommit, PolicyCommitsStore } from './policy-commits.store.js';
import { PolicySetsStore } from './policy-sets.store.js';
import { PolicySnapshots } from './policy-snapshots.service.js';

/** Changes whose propagation counts. */
const WINDOW_SECONDS = 3_600;
/** Times the registry is asked while policies change. */
const MOST_ATTEMPTS = 3;

/** Proves where the fleet stands: which policies it works by, and how long they took to get there. */
@Injectable()
export class PolicyConvergence implements OnApplicationBootstrap, OnModuleDestroy {
  private endGauge: (() => void) | undefined;

  constructor(
    private readonly sets: PolicySetsStore,
    private readonly commits: PolicyCommitsStore,
    private readonly adoption: PolicyAdoption,
    private readonly snapshots: PolicySnapshots,
    @Inject(SERVICE) private readonly self: ServiceFacts,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.endGauge = policyStaleAgents(this.self.name, () => this.staleAgents());
  }

  onModuleDestroy(): void {
    this.endGauge?.();
  }

  /** @throws UnavailableError when the registry does not answer */
  async of(organization: Organization): Promise<PolicyConvergenceDto> {
    const commits = await this.commits.recent(organization.id, { seconds: WINDOW_SECONDS, most: MAX_COMMITS });
    const { revision, agents, propagation, stale } = await this.adoptionOf(organization, commits);
    const since = await this.commits.sinceChangeAfter(
      organization.id,
      stale.map((instance) => instance.revision),
    );
    return {
      revision,
      agents,
      propagation_ms: { p50: whole(propagation.p50), p99: whole(propagation.p99), count: propagation.count },
      stale: stale.map(({ agentId, instanceId, revision: applied, lastSeenAt }) => ({
        agent_id: agentId,
        instance_id: instanceId,
        revision: applied,
        behind_ms: since.get(applied) ?? null,
        last_seen: lastSeenAt,
      })),
    };
  }

  /** Asked again when policies changed meanwhile: whoever followed at once would seem to work by a revision that there is not. */
  private async adoptionOf(
    organization: Organization,
    commits: readonly PolicyCommit[],
  ): Promise<Adoption & { revision: number }> {
    for (let attempt = 1; ; attempt += 1) {
      const { revision } = await this.sets.state(organization.id);
      const adoption = await this.adoption.at(organization, revision, commits);
      const isAhead = adoption.stale.some((instance) => instance.revision > revision);
      if (!isAhead || attempt === MOST_ATTEMPTS) return { ...adoption, revision };
    }
  }

  /** By organization, of those whose policies are in use here. What cannot be told is left out. */
  private async staleAgents(): Promise<Map<string, number>> {
    const found = new Map<string, number>();
    for (const organization of this.snapshots.loaded()) {
      try {
        const { agents } = await this.adoptionOf(organization, []);
        found.set(organization.slug, agents.stale);
      } catch (error) {
        this.logger.debug({ err: error, organization: organization.slug }, 'stale agents could not be counted');
      }
    }
    return found;
  }
}

const whole = (ms: number | null): number | null => (ms === null ? null : Math.round(ms));
