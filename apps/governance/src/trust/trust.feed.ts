import { EventFeed } from '@agion/messaging';
import { LOGGER, SERVICE, trustChanges, type ServiceFacts, type TrustMetrics } from '@agion/service-kit';
import { feedKey, type Organization, type TrustTier } from '@agion/wire';
import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';

/** An agent's tier before and after. */
export interface TierChange {
  agentId: string;
  from: TrustTier;
  tier: TrustTier;
  /** 0–1000 */
  score: number;
}

/** `agion:realtime:trust`, for those who watch. What must not be missed is in the audit trail. */
@Injectable()
export class TrustFeed {
  private readonly metrics: TrustMetrics;

  constructor(
    @Inject(EventFeed) private readonly feed: EventFeed,
    @Inject(SERVICE) { name }: ServiceFacts,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.metrics = trustChanges(name);
  }

  /** Never fails. */
  async tierChanged({ slug }: Organization, { agentId, from, tier, score }: TierChange): Promise<void> {
    const event = {
      type: 'trust.tier_changed',
      agent_id: agentId,
      from,
      to: tier,
      score,
      at: new Date().toISOString(),
    };
    try {
      await this.feed.append(feedKey.realtime(slug, 'trust'), event);
      this.metrics.feed('told');
    } catch (error) {
      this.metrics.feed('failed');
      this.logger.warn({ err: error, agent: agentId }, 'a change of a trust tier did not reach its feed');
    }
  }
}
