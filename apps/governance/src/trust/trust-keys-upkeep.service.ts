import { LOGGER, OrganizationDirectory } from '@agion/service-kit';
import type { Organization } from '@agion/wire';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Logger } from 'pino';
import { TrustScoreStore } from './trust-score.store.js';
import { TrustScores } from './trust-scores.service.js';
import { dayOf } from './trust-weight.js';

/** Milliseconds between two looks at the calendar. */
const INTERVAL = 60_000;
/** Agents whose scores are worked out together. */
const PAGE = 200;

/**
 * Writes every `agent:{id}:trust_score` anew at the start and on each UTC day: evidence decays by whole days, also that of agents
 * nobody asks about. Each replica does it, for what they write is the same.
 */
@Injectable()
export class TrustKeysUpkeep implements OnApplicationBootstrap, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;
  private stopped = false;
  /** The day of which the keys of an organization are. */
  private readonly days = new Map<string, number>();

  constructor(
    private readonly directory: OrganizationDirectory,
    private readonly store: TrustScoreStore,
    private readonly scores: TrustScores,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => this.look(), INTERVAL).unref();
    this.look();
  }

  async onModuleDestroy(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    await this.looking;
  }

  private look(): void {
    this.looking ??= this.renewAll().finally(() => {
      this.looking = undefined;
    });
  }

  private async renewAll(): Promise<void> {
    for (const organization of this.directory.all()) {
      const today = dayOf(new Date());
      if (this.days.get(organization.id) === today) continue;
      try {
        if (await this.renew(organization)) this.days.set(organization.id, today);
      } catch (error) {
        this.logger.warn({ err: error, organization: organization.slug }, 'trust scores could not be written anew');
      }
    }
  }

  private async renew(organization: Organization): Promise<boolean> {
    let after = '';
    while (!this.stopped) {
      const agentIds = await this.store.agentsWithEvidence(organization.id, after, PAGE);
      if (agentIds.length > 0 && !(await this.scores.refresh(organization, agentIds))) return false;
      if (agentIds.length < PAGE) return true;
      after = agentIds.at(-1) ?? '';
    }
    return false;
  }
}
