import type { Organization } from '@agion/wire';

interface Noted {
  organization: Organization;
  agentIds: Set<string>;
}

/**
 * Refreshes agents once more a moment after they changed, gathered: two replicas that commit at the same time may write their
 * readings in the wrong order, and only a reading after both is sure to be right.
 */
export class LaterRefresh {
  private noted = new Map<string, Noted>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly refresh: (organization: Organization, agentIds: string[]) => Promise<void>,
    private readonly delayMs: number,
  ) {}

  note(organization: Organization, agentIds: Iterable<string>): void {
    const noted = this.noted.get(organization.id) ?? { organization, agentIds: new Set() };
    for (const agentId of agentIds) noted.agentIds.add(agentId);
    this.noted.set(organization.id, noted);
    this.timer ??= setTimeout(() => this.run(), this.delayMs).unref();
  }

  stop(): void {
    clearTimeout(this.timer);
    this.noted.clear();
  }

  private run(): void {
    this.timer = undefined;
    const noted = [...this.noted.values()];
    this.noted = new Map();
    for (const { organization, agentIds } of noted) void this.refresh(organization, [...agentIds]);
  }
}
