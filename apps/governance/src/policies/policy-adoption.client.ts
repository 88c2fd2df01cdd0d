import { SERVICE, ServiceClient, type ServiceFacts } from '@agion/service-kit';
import type { Organization } from '@agion/wire';
import { Inject, Injectable } from '@nestjs/common';
import type { PolicyCommit } from './policy-commits.store.js';

/** Where the running instances stand, as the registry says. */
export interface Adoption {
  agents: { current: number; stale: number; silent: number; unheard: number };
  propagation: { p50: number | null; p99: number | null; count: number };
  /** The farthest behind first. */
  stale: { agentId: string; instanceId: string; revision: number; lastSeenAt: string }[];
}

/** Asks the registry, which keeps the instances, who works by which policies. */
@Injectable()
export class PolicyAdoption {
  constructor(
    private readonly client: ServiceClient,
    @Inject(SERVICE) private readonly self: ServiceFacts,
  ) {}

  /** @throws UnavailableError when the registry does not answer */
  at(organization: Organization, revision: number, commits: readonly PolicyCommit[]): Promise<Adoption> {
    return this.client.call<Adoption>('registry', {
      method: 'POST',
      path: '/internal/policy-adoption',
      principal: { kind: 'service', subject: this.self.name, organization, role: null, groups: [] },
      body: { revision, commits },
    });
  }
}
