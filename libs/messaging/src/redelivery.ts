import type { ConsumerGroup } from './consumer-group.js';
import type { ConsumerMetrics, ConsumerSettings } from './consumer-options.js';
import type { Delivery } from './delivery.js';
import type { PendingRow } from './replies.js';
import type { RetrySchedule } from './retry-schedule.js';
import type { Settlement } from './settlement.js';

/**
 * Whether a redelivery counts: it does when somebody may have had the entry in hand before; it does not when only the
 * reply to a read was lost, for Redis counted that delivery already.
 */
export type Counting = 'counted' | 'uncounted';

/** Own pending entries looked at before the first is handed over, so that the order among them can be chosen. */
const MOST_AT_ONCE = 10_000;

/** Brings entries back that were delivered before and never acknowledged. */
export class Redelivery {
  private heldSince = 0;

  constructor(
    private readonly group: ConsumerGroup,
    private readonly delivery: Delivery,
    private readonly settlement: Settlement,
    private readonly retries: RetrySchedule,
    private readonly settings: Pick<ConsumerSettings, 'count' | 'maxDeliveries' | 'minIdleMs'>,
    private readonly metrics: ConsumerMetrics,
    /** Aborted when nothing more is to be handed over. */
    private readonly stopping: AbortSignal,
  ) {}

  /**
   * This consumer's own pending entries: at the start those of its last life, after a broken connection the unseen.
   * @param after the id beyond which they are looked for
   */
  async ownPending(stream: string, counting: Counting, after?: string): Promise<void> {
    while (!this.stopping.aborted) {
      const rows = await this.group.ownPending(stream, after, MOST_AT_ONCE);
      await this.redeliver(stream, rows, counting);
      if (rows.length < MOST_AT_ONCE) return;
      after = rows.at(-1)?.id;
    }
  }

  /** Takes over what others (or this consumer) left idle, and tries again what failed here and is due. */
  async sweep(streams: readonly string[], now: number): Promise<void> {
    await this.keepHeld(now);
    for (const [stream, ids] of this.retries.takeDue(now)) await this.counted(stream, ids);
    if (this.stopping.aborted) return;
    for (const { stream, ids, deleted } of await this.group.takeOver(streams, this.settings.minIdleMs)) {
      this.settlement.reportLost(stream, deleted);
      await this.counted(stream, ids);
    }
  }

  /** Keeps failed entries from the other consumers until they are due, unless the lease has already run out. */
  private async keepHeld(now: number): Promise<void> {
    if (now - this.heldSince >= this.settings.minIdleMs) this.retries.clear();
    for (const [stream, ids] of this.retries.all()) await this.group.renew(stream, ids);
    this.heldSince = now;
  }

  private async counted(stream: string, ids: readonly string[]): Promise<void> {
    const rows: PendingRow[] = [];
    for (let start = 0; start < ids.length; start += this.settings.count)
      rows.push(...(await this.group.stillMine(stream, ids.slice(start, start + this.settings.count))));
    await this.redeliver(stream, rows, 'counted');
  }

  /**
   * Entries seen once before go together. From the third delivery on one of them may be what kills the process: each then goes alone,
   * so that only its own count rises, and those with the lowest counts go first. Each crash falls on another one, until those that do
   * no harm are done, and only one that kills whenever its turn comes gets to the dead letters.
   */
  private async redeliver(stream: string, pending: readonly PendingRow[], counting: Counting): Promise<void> {
    const rows = pending.filter(({ id }) => !this.retries.holds({ stream, id }));
    const step = counting === 'counted' ? 1 : 0;
    const next = ({ deliveries }: PendingRow): number => Math.max(1, deliveries + step);
    const { maxDeliveries } = this.settings;
    for (const row of rows) if (next(row) > maxDeliveries) await this.giveUp(stream, row);
    for (const deliveries of [1, 2])
      await this.together(stream, rows.filter((row) => next(row) === deliveries && deliveries <= maxDeliveries), deliveries); // prettier-ignore
    const suspects = rows.filter((row) => next(row) > 2 && next(row) <= maxDeliveries);
    for (const row of suspects.toSorted((one, other) => next(one) - next(other))) {
      if (this.stopping.aborted) return;
      const [mine] = suspects.length === 1 ? [row] : await this.group.stillMine(stream, [row.id]);
      if (mine) await this.handOver(stream, [mine], next(row));
    }
  }

  private async together(stream: string, rows: readonly PendingRow[], deliveries: number): Promise<void> {
    const { count } = this.settings;
    for (let start = 0; start < rows.length && !this.stopping.aborted; start += count) {
      const page = rows.slice(start, start + count);
      const ids = page.map(({ id }) => id);
      await this.handOver(stream, start === 0 ? page : await this.group.stillMine(stream, ids), deliveries);
    }
  }

  private async handOver(stream: string, rows: readonly PendingRow[], deliveries: number): Promise<void> {
    if (rows.length === 0 || this.stopping.aborted) return;
    const ids = rows.map(({ id }) => id);
    const entries = await this.group.claim(stream, ids, deliveries);
    await this.dropLost(stream, without(ids, entries));
    if (entries.length === 0) return;
    this.metrics.count?.('redelivered', stream, entries.length);
    await this.delivery.deliver(entries, deliveries);
  }

  private async giveUp(stream: string, row: PendingRow): Promise<void> {
    const [entry] = await this.group.find(stream, [row.id]);
    if (!entry) return this.dropLost(stream, [row.id]);
    const error = new Error(`delivered ${row.deliveries} times and never acknowledged`);
    await this.settlement.bury(entry, row.deliveries, error);
  }

  /** Of entries that could not be claimed, those no longer in the stream are lost; the rest somebody else settled. */
  private async dropLost(stream: string, ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    const lost = without(ids, await this.group.find(stream, ids));
    await this.group.acknowledge(stream, lost);
    this.settlement.reportLost(stream, lost);
  }
}

const without = (ids: readonly string[], found: readonly { id: string }[]): string[] => {
  const present = new Set(found.map(({ id }) => id));
  return ids.filter((id) => !present.has(id));
};
