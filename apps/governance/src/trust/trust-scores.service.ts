import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { LOGGER } from '@agion/service-kit';
import type { Organization, TrustTier } from '@agion/wire';
import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import { scoreOf, type AgentEvidence } from './agent-evidence.js';
import { GatheredRefresh } from './gathered-refresh.js';
import { LaterRefresh } from './later-refresh.js';
import { TrustEvidenceReader, type KnownEvidence } from './trust-evidence-reader.service.js';
import { TrustKeysPublisher } from './trust-keys.publisher.js';
import type { TrustScore } from './trust-score.js';
import { TrustTiers } from './trust-tiers.service.js';

/** What decisions ask of an agent's trust. */
export interface TrustStanding {
  /** 0–1000 */
  score: number;
  /** The same as 0–1: what conditions, thresholds and Redis speak. */
  trustScore: number;
  tier: TrustTier;
  confidence: number;
}

/** Milliseconds a score is believed; own writes drop it at once. */
const FRESH_MS = 5_000;
const MOST_AGENTS = 50_000;
/** Milliseconds that whoever has committed evidence waits for its agents’ scores: the evidence counts without them. */
const PATIENCE_MS = 1_000;
/** Milliseconds after a change until its agents are looked at once more. */
const LATER_MS = 1_000;

interface Kept {
  standing: Promise<TrustStanding>;
  /** Null while it is read: what is under way answers everybody who asks meanwhile. */
  readAt: number | null;
  /** Something was committed after it was read or began to be read. */
  outdated: boolean;
}

type ScoredEvidence = KnownEvidence & { standing: TrustStanding };

interface Reading {
  standings: Promise<TrustStanding>[];
  /** Settled when the Redis keys are written. */
  kept: Promise<void>;
}

/** The scores of agents, worked out when somebody asks and kept in `agent:{id}:trust_score` for others. */
@Injectable()
export class TrustScores implements OnModuleDestroy {
  private readonly later = new LaterRefresh((organization, ids) => this.refresh(organization, ids), LATER_MS);
  private readonly gathered = new GatheredRefresh((organization, ids) => this.refresh(organization, ids));
  private readonly kept = new LRUCache<string, Kept>({ max: MOST_AGENTS });

  constructor(
    private readonly reader: TrustEvidenceReader,
    private readonly tiers: TrustTiers,
    private readonly keys: TrustKeysPublisher,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** What an agent's trust is now. An agent nobody knows anything about stands at 500. */
  async of(organization: Organization, agentId: string): Promise<TrustStanding> {
    const known = this.kept.get(keyOf(organization, agentId));
    if (known && !known.outdated && (known.readAt === null || performance.now() - known.readAt < FRESH_MS))
      return known.standing;
    const { standings } = this.read(organization, [agentId]);
    return standings[0] as Promise<TrustStanding>;
  }

  /**
   * Evidence about these agents was committed: forgets what was kept, and keeps their Redis keys. Agents that change while others are
   * refreshed go together into the next round.
   */
  async changed(organization: Organization, agentIds: Iterable<string>): Promise<void> {
    const ids = this.outdate(organization, agentIds);
    const enough = new AbortController();
    const patience = sleep(PATIENCE_MS, undefined, enough).catch(() => undefined);
    await Promise.race([this.gathered.add(organization, ids), patience]);
    enough.abort();
  }

  /** @returns the agents, each once */
  private outdate(organization: Organization, agentIds: Iterable<string>): string[] {
    const ids = [...new Set(agentIds)];
    this.later.note(organization, ids);
    for (const agentId of ids) {
      const known = this.kept.peek(keyOf(organization, agentId));
      if (known) known.outdated = true;
    }
    return ids;
  }

  onModuleDestroy(): void {
    this.later.stop();
  }

  /** The score with everything it follows from, read now. */
  async explained(
    organization: Organization,
    agentId: string,
    at: Date,
  ): Promise<TrustScore & { evidence: AgentEvidence }> {
    const [evidence] = await this.reader.read(organization, [agentId]);
    if (!evidence) throw new Error('no evidence was read');
    const found = scoreOf(evidence, at);
    void this.correct(organization, agentId, found.score);
    return { ...found, evidence };
  }

  /** Decay and the end of a ceiling change a score without anybody writing: who finds out first keeps the others right. */
  private async correct(organization: Organization, agentId: string, points: number): Promise<void> {
    const known = await this.kept.peek(keyOf(organization, agentId))?.standing.catch(() => null);
    if (known?.score !== points) await this.refresh(organization, [agentId]);
  }

  /** Never fails: it is tried again, and whoever reads meanwhile works it out. @returns whether the Redis keys are right now */
  async refresh(organization: Organization, agentIds: readonly string[]): Promise<boolean> {
    try {
      await this.read(organization, agentIds).kept;
      return true;
    } catch (error) {
      this.logger.warn({ err: error }, 'trust scores could not be refreshed');
      return false;
    }
  }

  private read(organization: Organization, agentIds: readonly string[]): Reading {
    if (agentIds.length === 0) return { standings: [], kept: Promise.resolve() };
    const evidence = this.reader
      .read(organization, agentIds)
      .then((found) => found.map((one) => ({ ...one, standing: standingOf(one) })));
    const before = agentIds.map((agentId) => this.kept.peek(keyOf(organization, agentId))?.standing);
    const all = evidence.then((found) => found.map(({ standing }) => standing));
    const entries = agentIds.map((agentId, index): [string, Kept] => [
      keyOf(organization, agentId),
      { standing: all.then((standings) => standings[index] as TrustStanding), readAt: null, outdated: false },
    ]);
    for (const [key, kept] of entries) this.kept.set(key, kept);
    const kept = this.keep(organization, entries, evidence).then(() => this.tell(organization, evidence, before));
    kept.catch(() => {});
    return { standings: entries.map(([, { standing }]) => standing), kept };
  }

  /** Whoever acts on behalf of an agent whose score has changed is looked at too, and who has a new tier is told of. */
  private async tell(
    organization: Organization,
    evidence: Promise<ScoredEvidence[]>,
    before: readonly (Promise<TrustStanding> | undefined)[],
  ): Promise<void> {
    const found = await evidence;
    const inNewTier = found.filter((one) => one.known && one.standing.tier !== one.toldTier);
    const ids = inNewTier.map(({ agentId }) => agentId);
    if (ids.length > 0 && !(await this.tiers.note(organization, ids))) this.later.note(organization, ids);
    for (const [index, one] of found.entries()) {
      if (one.delegates.length === 0) continue;
      const last = await before[index]?.catch(() => undefined);
      if (last?.score !== one.standing.score)
        await this.refresh(organization, this.outdate(organization, one.delegates)); // `changed` would wait for what waits for this
    }
  }

  /** A reading that another one has replaced meanwhile must not write over it. */
  private async keep(
    { slug }: Organization,
    entries: readonly [string, Kept][],
    evidence: Promise<ScoredEvidence[]>,
  ): Promise<void> {
    const isLatest = ([key, kept]: [string, Kept]): boolean => this.kept.peek(key) === kept;
    try {
      const found = await evidence;
      for (const [, kept] of entries) kept.readAt = performance.now();
      const worthKeeping = found.filter(
        ({ known, unsure, buckets }, index) =>
          isLatest(entries[index] as [string, Kept]) && (known || (buckets.length > 0 && !unsure)),
      );
      await this.keys.write(
        slug,
        worthKeeping.map(({ agentId, standing: { trustScore } }) => ({ agentId, trustScore })),
      );
    } catch (error) {
      for (const entry of entries) if (isLatest(entry)) this.kept.delete(entry[0]);
      for (const [, { standing }] of entries) standing.catch(() => {});
      throw error;
    }
  }
}

const keyOf = ({ id }: Organization, agentId: string): string => `${id} ${agentId}`;

function standingOf(evidence: AgentEvidence): TrustStanding {
  const { score: points, tier, confidence } = scoreOf(evidence, new Date());
  return { score: points, trustScore: trustScoreOf(points), tier, confidence };
}

/** 0–1000 as 0–1, to four decimals. */
export const trustScoreOf = (points: number): number => Math.round(points * 10) / 10_000;
