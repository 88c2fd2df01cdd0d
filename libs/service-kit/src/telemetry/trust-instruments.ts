import { type Counter, metrics } from '@opentelemetry/api';

const meter = () => metrics.getMeter('agion');

/** What changed about trust, as this process saw it. */
export interface TrustMetrics {
  /** A change of a tier was written to the trail. */
  tierChanged(from: string, to: string): void;
  /** A change of a tier went to those who follow the feed; or could not. */
  feed(what: 'told' | 'failed'): void;
  /** Something said in the name of another was refused. `attributed`: it counts against an agent. */
  forged(channel: 'http' | 'stream', attributed: boolean, count?: number): void;
}

/** `agion_trust_tier_changes_total{service, from, to}`, `agion_trust_feed_total{service, what}`, `agion_trust_forged_total{service, channel, attributed}` */
export function trustChanges(service: string): TrustMetrics {
  const counter = (name: string, description: string): Counter => meter().createCounter(name, { description });
  const tiers = counter('agion.trust.tier_changes', 'Changes of a tier, as the audit trail has them.');
  const feed = counter('agion.trust.feed', 'Changes of a tier that went to the feed, or could not.');
  const forged = counter('agion.trust.forged', 'What was refused because it was said in the name of another.');
  return {
    tierChanged: (from, to) => tiers.add(1, { service, from, to }),
    feed: (what) => feed.add(1, { service, what }),
    forged: (channel, attributed, count = 1) => forged.add(count, { service, channel, attributed }),
  };
}

/** What the tables of trust hold, of all organizations. */
export interface TrustHoldings {
  /** By kind: those in force, and those that ended within the last day. */
  ceilings: readonly { kind: string; inForce: number; ended: number }[];
  /** Months of events that should have been archived long ago. */
  overdueMonths: number;
}

/**
 * `agion_trust_ceilings{service, kind, state}` with `in_force` and `ended` (within a day), `agion_trust_months_overdue{service}`, asked
 * for when Prometheus asks: the same in every replica. @returns how to end it
 */
export function trustHoldings(service: string, read: () => Promise<TrustHoldings | null>): () => void {
  const ceilings = meter().createObservableGauge('agion.trust.ceilings', {
    description: 'Caps on trust scores: in force, and ended within the last day.',
  });
  const months = meter().createObservableGauge('agion.trust.months_overdue', {
    description: 'Months of trust events that wait for their archive longer than they should.',
  });
  const observe = async (result: {
    observe(gauge: typeof months, value: number, attributes: Record<string, string>): void;
  }): Promise<void> => {
    const held = await read();
    if (!held) return;
    for (const { kind, inForce, ended } of held.ceilings) {
      result.observe(ceilings, inForce, { service, kind, state: 'in_force' });
      result.observe(ceilings, ended, { service, kind, state: 'ended' });
    }
    result.observe(months, held.overdueMonths, { service });
  };
  const gauges = [ceilings, months];
  meter().addBatchObservableCallback(observe, gauges);
  return () => meter().removeBatchObservableCallback(observe, gauges);
}
