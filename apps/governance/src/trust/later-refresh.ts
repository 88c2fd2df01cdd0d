import type { Organization } from '@agion/wire';

interface Noted {
  organization: Organization;
  agentIds: Set<string>;
}

/**
 * Refreshes agents once more a moment after they changed, gathered: two replicas that commit at the same time may write their
 * readings in the wrong order, and only a reading after both is sure to be right. What fails is tried again a moment later.
 */
export class LaterRefresh {
  private noted = new Map<string, Noted>();
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(
    /** @returns whether it worked */
    private readonly refresh: (organization: Organization, agentIds: string[]) => Promise<boolean>,
    private readonly delayMs: number,
  ) {}

  note(organization: Organization, agentIds: Iterable<string>): void {
    const noted = this.noted.get(organization.id) ?? { organization, agentIds: new Set() };
    for (const agentId of agentIds) noted.agentIds.add(agentId);
    this.noted.set(organization.id, noted);
    if (!this.stopped) this.timer ??= setTimeout(() => this.run(), this.delayMs).unref();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    this.noted.clear();
  }

  private run(): void {
    this.timer = undefined;
    const noted = [...this.noted.values()];
    this.noted = new Map();
    for (const one of noted) void this.tryAgain(one);
  }

  private async tryAgain({ organization, agentIds }: Noted): Promise<void> {
    if (!(await this.refresh(organization, [...agentIds]))) this.note(organization, agentIds);
  }
}
