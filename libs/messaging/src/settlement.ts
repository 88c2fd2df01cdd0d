import { setImmediate as endOfTurn } from 'node:timers/promises';
import type { Verdict } from './batch-runner.js';
import type { ConsumerGroup } from './consumer-group.js';
import type { ConsumerMetrics, ConsumerSettings, StreamEntry } from './consumer-options.js';
import { deadLetterFields } from './dead-letters.js';
import { errorText, type Logger } from './logger.js';
import type { RawEntry } from './replies.js';
import { byStream, type EntryKey, type RetrySchedule } from './retry-schedule.js';

/** Carries out verdicts: acknowledges, buries, puts off. */
export class Settlement {
  private unacknowledged: EntryKey[] = [];
  private sending: Promise<void> = Promise.resolve();
  private next: Promise<void> | undefined;

  constructor(
    private readonly group: ConsumerGroup,
    private readonly retries: RetrySchedule,
    private readonly settings: Pick<ConsumerSettings, 'maxDeliveries'>,
    private readonly metrics: ConsumerMetrics,
    private readonly log: Logger,
  ) {}

  /** Settles what can be settled and returns the entries that must be tried again because something is down. */
  async settle(verdicts: readonly Verdict[]): Promise<StreamEntry[]> {
    this.unacknowledged.push(...verdicts.filter(({ kind }) => kind === 'done').map(({ entry }) => entry));
    await this.acknowledge();
    const again: StreamEntry[] = [];
    for (const verdict of verdicts) {
      if (verdict.kind === 'done') continue;
      if (verdict.kind === 'unavailable') again.push(verdict.entry);
      else if (verdict.kind === 'permanent' || verdict.entry.deliveries >= this.settings.maxDeliveries) {
        await this.bury(rawOf(verdict.entry), verdict.entry.deliveries, verdict.error);
      } else this.putOff(verdict.entry, verdict.error);
    }
    return again;
  }

  /**
   * Acknowledges what was handled: of batches that end together, all in one command. An entry stays on the list until Redis has said
   * yes, so that an outage between the effect and the acknowledgement does not bring the entry back.
   */
  acknowledge(): Promise<void> {
    if (this.unacknowledged.length === 0) return Promise.resolve();
    this.next ??= this.sendNext();
    return this.next;
  }

  private async sendNext(): Promise<void> {
    await Promise.allSettled([this.sending, endOfTurn()]);
    this.next = undefined;
    this.sending = this.send();
    return this.sending;
  }

  private async send(): Promise<void> {
    const now = new Set(this.unacknowledged); // more may come while Redis is asked
    for (const [stream, ids] of byStream([...now])) {
      await this.group.acknowledge(stream, ids);
      this.unacknowledged = this.unacknowledged.filter((entry) => entry.stream !== stream || !now.has(entry));
      this.metrics.count?.('acknowledged', stream, ids.length);
    }
  }

  /** Sends an entry to the dead letters of its stream. */
  async bury(entry: RawEntry, deliveries: number, error: unknown): Promise<void> {
    const { stream, id } = entry;
    const reason = { error, deliveries, sourceId: id, failedAt: new Date() };
    await this.group.bury(stream, id, deadLetterFields(entry.flat ?? [], reason));
    this.metrics.count?.('dead_lettered', stream, 1);
    this.log.error({ stream, entry: id, deliveries, error: errorText(error) }, 'stream entry went to the dead letters');
  }

  /** Counts entries that vanished before they were handled. Nothing can bring them back. */
  reportLost(stream: string, ids: readonly string[]): void {
    if (ids.length === 0) return;
    this.metrics.count?.('lost', stream, ids.length);
    this.log.error({ stream, entries: ids.length, first: ids[0] }, 'stream entries were lost before they were handled');
  }

  private putOff(entry: StreamEntry, error: Error): void {
    this.retries.hold(entry, entry.deliveries, performance.now());
    this.metrics.count?.('failed', entry.stream, 1);
    const { stream, id, deliveries } = entry;
    this.log.warn(
      { stream, entry: id, deliveries, error: errorText(error) },
      'stream entry failed and will be tried again',
    );
  }
}

const rawOf = ({ stream, id, fields }: StreamEntry): RawEntry => ({ stream, id, flat: Object.entries(fields).flat() });
