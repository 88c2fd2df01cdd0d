import {
  auditEntry,
  LOGGER,
  OutboxPublisher,
  SERVICE,
  trustChanges,
  type ServiceFacts,
  type TrustMetrics,
} from '@agion/service-kit';
import type { Organization, TrustTier } from '@agion/wire';
import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import { scoreOf } from './agent-evidence.js';
import { TrustEvidenceReader } from './trust-evidence-reader.service.js';
import type { TrustScore } from './trust-score.js';
import { TrustStandingsStore } from './trust-standings.store.js';
import { TrustFeed } from './trust.feed.js';

/** Tells of each change of a tier once: to the trail, its webhooks, and whoever follows the feed. */
@Injectable()
export class TrustTiers {
  private readonly metrics: TrustMetrics;
  private last: Promise<unknown> = Promise.resolve();
  /** Agents whose turn has not come: what has happened to them until then is in what is read then. */
  private readonly waiting = new Set<string>();

  constructor(
    private readonly reader: TrustEvidenceReader,
    private readonly standings: TrustStandingsStore,
    private readonly outbox: OutboxPublisher,
    private readonly feed: TrustFeed,
    @Inject(SERVICE) { name }: ServiceFacts,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.metrics = trustChanges(name);
  }

  /** One after the other: each needs a second connection while it holds the first. Never fails. @returns whether all were told */
  note(organization: Organization, agentIds: readonly string[]): Promise<boolean> {
    const keyOf = (agentId: string): string => `${organization.id} ${agentId}`;
    const added = agentIds.filter((agentId) => !this.waiting.has(keyOf(agentId)));
    for (const agentId of added) this.waiting.add(keyOf(agentId));
    const noting = this.last.then(async () => {
      try {
        for (const agentId of added) {
          this.waiting.delete(keyOf(agentId));
          await this.tell(organization, agentId);
        }
        return true;
      } catch (error) {
        this.logger.warn({ err: error }, 'a change of trust tiers could not be told, trying again');
        return false;
      } finally {
        for (const agentId of added) this.waiting.delete(keyOf(agentId));
      }
    });
    this.last = noting;
    return noting;
  }

  private async tell(organization: Organization, agentId: string): Promise<void> {
    const now = async (): Promise<TrustScore> => {
      const [evidence] = await this.reader.read(organization, [agentId]);
      if (!evidence) throw new Error('no evidence was read');
      return scoreOf(evidence, new Date());
    };
    const audit = (from: TrustTier, found: TrustScore): ReturnType<typeof auditEntry> =>
      auditEntry({
        type: 'trust.tier_changed',
        actor: { kind: 'service', subject: 'governance', organization, role: null, groups: [] },
        subject: { kind: 'agent', id: agentId },
        outcome: 'succeeded',
        details: { from, to: found.tier, score: found.score, ceilings: found.ceilings.map(({ kind }) => kind) },
      });
    const change = await this.standings.tell(organization.id, agentId, now, audit);
    if (!change) return;
    this.metrics.tierChanged(change.from, change.told.tier);
    this.outbox.nudge();
    await this.feed.tierChanged(organization, { agentId, from: change.from, ...change.told });
  }
}
