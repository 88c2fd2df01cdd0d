import { fullJitter } from './backoff.js';
import type { BatchRunner } from './batch-runner.js';
import { decodeEntry } from './codec.js';
import type { ConsumerSettings, StreamEntry } from './consumer-options.js';
import { errorText, type Logger } from './logger.js';
import type { InFlight } from './in-flight.js';
import { pause } from './pause.js';
import type { RawEntry } from './replies.js';
import type { Settlement } from './settlement.js';

/** The two stages of stopping: read no more; then, when the deadline has passed, start no more handlers. */
export interface StopSignals {
  readonly stopping: AbortSignal;
  readonly deadline: AbortSignal;
}

/** Brings entries that were just delivered to the handler and settles them. */
export class Delivery {
  constructor(
    private readonly settings: Pick<ConsumerSettings, 'count'>,
    private readonly runner: BatchRunner,
    private readonly inFlight: InFlight,
    private readonly settlement: Settlement,
    private readonly signals: StopSignals,
    private readonly log: Logger,
  ) {}

  /** Works through the entries batch by batch. Those it cannot get to stay pending. */
  async deliver(entries: readonly RawEntry[], deliveries: number): Promise<void> {
    this.inFlight.begin(entries);
    try {
      const readable = await this.decode(entries, deliveries);
      for (let start = 0; start < readable.length; start += this.settings.count) {
        if (start > 0 && !(await this.mayGoOn())) return;
        await this.work(readable.slice(start, start + this.settings.count));
      }
    } finally {
      this.inFlight.end();
    }
  }

  private async decode(entries: readonly RawEntry[], deliveries: number): Promise<StreamEntry[]> {
    const readable: StreamEntry[] = [];
    for (const entry of entries) {
      const { stream, id } = entry;
      try {
        readable.push({ stream, id, fields: decodeEntry(entry.flat ?? []), deliveries });
      } catch (error) {
        await this.settlement.bury(entry, deliveries, error);
        this.inFlight.settled([entry]);
      }
    }
    return readable;
  }

  private async work(batch: StreamEntry[]): Promise<void> {
    for (let attempt = 1; batch.length > 0; attempt += 1) {
      const again: StreamEntry[] = [];
      for await (const verdicts of this.runner.run(batch, () => this.mayGoOn())) {
        again.push(...(await this.settlement.settle(verdicts)));
        const settled = verdicts.filter(({ kind }) => kind !== 'unavailable');
        this.inFlight.settled(settled.map(({ entry }) => entry));
        this.warnUnavailable(verdicts.find(({ kind }) => kind === 'unavailable'));
      }
      if (again.length === 0 || !(await this.waitForDependency(attempt))) return;
      batch = again;
    }
  }

  /** Waits with the entries in hand: neither the next read nor a delivery count helps while a dependency is down. */
  private async waitForDependency(attempt: number): Promise<boolean> {
    const until = performance.now() + fullJitter(attempt);
    do {
      await pause(Math.min(until - performance.now(), this.inFlight.renewalMs), this.signals.stopping);
      if (this.signals.stopping.aborted || !(await this.mayGoOn())) return false;
    } while (performance.now() < until);
    return true;
  }

  private async mayGoOn(): Promise<boolean> {
    return !this.signals.deadline.aborted && (await this.inFlight.keep());
  }

  private warnUnavailable(verdict: { entry: StreamEntry; error?: Error } | undefined): void {
    if (!verdict) return;
    const { stream } = verdict.entry;
    this.log.error({ stream, error: errorText(verdict.error) }, 'consumer waits for something its handler needs');
  }
}
