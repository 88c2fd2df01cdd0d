import { AgentNotices, LOGGER, OrganizationDirectory, Upkeep } from '@agion/service-kit';
import type { Organization } from '@agion/wire';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Logger } from 'pino';
import { TrustScoreStore } from './trust-score.store.js';
import { TrustScores } from './trust-scores.service.js';
import { TrustStandingsStore } from './trust-standings.store.js';
import { dayOf } from './trust-weight.js';

/** Milliseconds between two looks at the calendar. */
const INTERVAL_MS = 60_000;
/** Agents whose scores are worked out together. */
const PAGE = 200;

/**
 * Writes every `agent:{id}:trust_score` anew at the start, on each UTC day, and of agents that register or whose ceiling has ended: evidence decays by whole days,
 * also that of agents nobody asks about, and a tier it brings is told. Each replica does it, for what they write is the same.
 */
@Injectable()
export class TrustKeysUpkeep implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly upkeep: Upkeep;
  /** The day of which the keys of an organization are. */
  private readonly days = new Map<string, number>();
  /** Until when the ends of an organization's ceilings were looked at. */
  private readonly looked = new Map<string, Date>();

  constructor(
    private readonly directory: OrganizationDirectory,
    private readonly store: TrustScoreStore,
    private readonly standings: TrustStandingsStore,
    private readonly scores: TrustScores,
    notices: AgentNotices,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    notices.onChanged((organizationId, agentIds) => this.follow(organizationId, agentIds));
    this.upkeep = new Upkeep({
      everyMs: INTERVAL_MS,
      work: (stopping) => this.renewAll(stopping),
      logger,
      failure: 'trust scores could not be looked at, trying again later',
    });
  }

  onApplicationBootstrap(): void {
    this.upkeep.start();
  }

  onModuleDestroy(): Promise<void> {
    return this.upkeep.stop();
  }

  /** An agent that registers may have another build, act on behalf of another, or come into a container under a ceiling. */
  private follow(organizationId: string, agentIds: readonly string[] | null): void {
    if (agentIds === null) {
      this.days.delete(organizationId); // some may have been missed
      return this.upkeep.again();
    }
    const organization = this.directory.all().find(({ id }) => id === organizationId);
    if (organization && agentIds.length > 0) void this.scores.changed(organization, agentIds);
  }

  private async renewAll(stopping: AbortSignal): Promise<void> {
    for (const organization of this.directory.all()) {
      const now = new Date();
      try {
        if (this.days.get(organization.id) === dayOf(now)) await this.followEnds(organization, now);
        else await this.renewOn(dayOf(now), organization, stopping);
        this.looked.set(organization.id, now);
      } catch (error) {
        this.logger.warn({ err: error, organization: organization.slug }, 'trust scores could not be written anew');
      }
    }
  }

  /** A ceiling that has ended by itself lets a score rise without anybody writing. */
  private async followEnds(organization: Organization, now: Date): Promise<void> {
    const ended = await this.standings.endedCeilings(organization.id, this.looked.get(organization.id) ?? now, now);
    if (ended.length > 0 && !(await this.scores.refresh(organization, ended)))
      throw new Error('scores whose ceilings have ended could not be refreshed');
  }

  /** What is asked for meanwhile is done once more. */
  private async renewOn(day: number, organization: Organization, stopping: AbortSignal): Promise<void> {
    this.days.set(organization.id, day);
    let isDone = false;
    try {
      isDone = await this.renew(organization, stopping);
    } finally {
      if (!isDone) this.days.delete(organization.id);
    }
  }

  private async renew(organization: Organization, stopping: AbortSignal): Promise<boolean> {
    let after = '';
    while (!stopping.aborted) {
      const agentIds = await this.store.agentsWithStanding(organization.id, after, PAGE);
      if (agentIds.length > 0 && !(await this.scores.refresh(organization, agentIds))) return false;
      if (agentIds.length < PAGE) return true;
      after = agentIds.at(-1) ?? '';
    }
    return false;
  }
}
