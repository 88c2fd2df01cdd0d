import type { Organization } from '@agion/wire';

/** Agents to be refreshed next, and how that went. */
interface Round {
  readonly agentIds: Set<string>;
  readonly done: Promise<boolean>;
}

/**
 * One refresh of an organization at a time. Agents that are added meanwhile go together into the next, each once: the more comes in,
 * the more batches of evidence one reading serves.
 */
export class GatheredRefresh {
  private readonly running = new Map<string, Promise<boolean>>();
  private readonly next = new Map<string, Round>();

  constructor(
    /** Never fails. @returns whether it worked */
    private readonly refresh: (organization: Organization, agentIds: string[]) => Promise<boolean>,
  ) {}

  /** Resolves when a refresh that began after this call is over. @returns whether it worked */
  add(organization: Organization, agentIds: Iterable<string>): Promise<boolean> {
    const round = this.next.get(organization.id) ?? this.open(organization);
    for (const agentId of agentIds) round.agentIds.add(agentId);
    return round.done;
  }

  private open(organization: Organization): Round {
    const agentIds = new Set<string>();
    const round = { agentIds, done: this.run(organization, agentIds) };
    this.next.set(organization.id, round);
    return round;
  }

  private async run(organization: Organization, agentIds: ReadonlySet<string>): Promise<boolean> {
    await this.running.get(organization.id);
    this.next.delete(organization.id);
    const running = this.refresh(organization, [...agentIds]);
    this.running.set(organization.id, running);
    return running.finally(() => {
      if (this.running.get(organization.id) === running) this.running.delete(organization.id);
    });
  }
}
