import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { LOGGER } from '@agion/service-kit';
import { containerOf, type Organization, type TrustTier } from '@agion/wire';
import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import { AgentFacts, type KnownAgent } from './agent-facts.client.js';
import { LaterRefresh } from './later-refresh.js';
import { score, type TrustScore } from './trust-score.js';
import { TrustScoreStore, type AgentEvidence } from './trust-score.store.js';
import { TrustKeysPublisher } from './trust-keys.publisher.js';

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
/** Milliseconds after a change until its agents are looked at once more. */
const LATER_MS = 1_000;

interface Kept {
  standing: Promise<TrustStanding>;
  /** Null while it is read: what is under way answers everybody who asks meanwhile. */
  readAt: number | null;
}

type KnownEvidence = AgentEvidence & { /** Whether the registry knows the agent. */ known: boolean };

interface Reading {
  standings: Promise<TrustStanding>[];
  /** Settled when the Redis keys are written. */
  kept: Promise<void>;
}

/** The scores of agents, worked out when somebody asks and kept in `agent:{id}:trust_score` for others. */
@Injectable()
export class TrustScores implements OnModuleDestroy {
  private readonly later = new LaterRefresh((organization, ids) => this.refresh(organization, ids), LATER_MS);
  private readonly kept = new LRUCache<string, Kept>({ max: MOST_AGENTS });

  constructor(
    private readonly store: TrustScoreStore,
    private readonly facts: AgentFacts,
    private readonly keys: TrustKeysPublisher,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** What an agent's trust is now. An agent nobody knows anything about stands at 500. */
  async of(organization: Organization, agentId: string): Promise<TrustStanding> {
    const known = this.kept.get(keyOf(organization, agentId));
    if (known && (known.readAt === null || Date.now() - known.readAt < FRESH_MS)) return known.standing;
    const { standings } = this.read(organization, [agentId]);
    return standings[0] as Promise<TrustStanding>;
  }

  /** Evidence about these agents was committed: forgets what was kept, and keeps their Redis keys. */
  async changed(organization: Organization, agentIds: Iterable<string>): Promise<void> {
    const ids = [...new Set(agentIds)];
    this.later.note(organization, ids);
    await this.refresh(organization, ids);
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
    const [evidence] = await this.evidenceOf(organization, [agentId]);
    if (!evidence) throw new Error('no evidence was read');
    const found = score(evidence.buckets, evidence.ceilings, at);
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
    const evidence = this.evidenceOf(organization, agentIds);
    const all = evidence.then((found) => found.map(standingOf));
    const entries = agentIds.map((agentId, index): [string, Kept] => [
      keyOf(organization, agentId),
      { standing: all.then((standings) => standings[index] as TrustStanding), readAt: null },
    ]);
    for (const [key, kept] of entries) this.kept.set(key, kept);
    const kept = this.keep(organization, entries, evidence);
    kept.catch(() => {});
    return { standings: entries.map(([, { standing }]) => standing), kept };
  }

  /** A reading that another one has replaced meanwhile must not write over it. */
  private async keep(
    { slug }: Organization,
    entries: readonly [string, Kept][],
    evidence: Promise<KnownEvidence[]>,
  ): Promise<void> {
    const isLatest = ([key, kept]: [string, Kept]): boolean => this.kept.peek(key) === kept;
    try {
      const found = await evidence;
      for (const [, kept] of entries) kept.readAt = Date.now();
      const worthKeeping = found.filter(
        ({ known, buckets }, index) => isLatest(entries[index] as [string, Kept]) && (known || buckets.length > 0),
      );
      await this.keys.write(
        slug,
        worthKeeping.map((one) => ({ agentId: one.agentId, trustScore: standingOf(one).trustScore })),
      );
    } catch (error) {
      for (const entry of entries) if (isLatest(entry)) this.kept.delete(entry[0]);
      for (const [, { standing }] of entries) standing.catch(() => {});
      throw error;
    }
  }

  private async evidenceOf(organization: Organization, agentIds: readonly string[]): Promise<KnownEvidence[]> {
    const facts = await Promise.all(agentIds.map((agentId) => this.facts.of(organization, agentId).catch(() => null)));
    const agents = agentIds.map((agentId, index) => ({
      agentId,
      container: facts[index]?.container ?? containerOf(agentId),
    }));
    let found = await this.store.read(organization.id, agents);
    const changed = found.filter((evidence, index) => isNewBuild(evidence, facts[index]));
    if (changed.length > 0) {
      for (const { agentId } of changed)
        await this.store.noteFingerprint(organization.id, agentId, facts[agentIds.indexOf(agentId)]?.fingerprint ?? '');
      found = await this.store.read(organization.id, agents);
    }
    return found.map((evidence, index) => ({
      ...evidence,
      ceilings: ceilingsOf(evidence, facts[index]),
      known: Boolean(facts[index]),
    }));
  }
}

const keyOf = ({ id }: Organization, agentId: string): string => `${id} ${agentId}`;

function standingOf({ buckets, ceilings }: AgentEvidence): TrustStanding {
  const { score: points, tier, confidence } = score(buckets, ceilings, new Date());
  return { score: points, trustScore: trustScoreOf(points), tier, confidence };
}

/** 0–1000 as 0–1, to four decimals. */
export const trustScoreOf = (points: number): number => Math.round(points * 10) / 10_000;

/** It registered with a build that neither evidence nor a ceiling knows, and there is evidence of another. */
function isNewBuild({ fingerprints, ceilings }: AgentEvidence, known: KnownAgent | null | undefined): boolean {
  if (!known || fingerprints.includes(known.fingerprint)) return false;
  const noted = ceilings.some(({ kind, reference }) => kind === 'fingerprint' && reference === known.fingerprint);
  return !noted && fingerprints.some((fingerprint) => fingerprint !== '');
}

/** A container's critical ceiling also caps agents that register later, not those that were there before. */
const ceilingsOf = (
  { agentId, ceilings }: AgentEvidence,
  known: KnownAgent | null | undefined,
): AgentEvidence['ceilings'] =>
  ceilings.filter((ceiling) => ceiling.agentId === agentId || (known && known.registeredAt >= ceiling.since));
