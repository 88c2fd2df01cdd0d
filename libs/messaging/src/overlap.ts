import { setImmediate as endOfTurn } from 'node:timers/promises';
import type { Delivery } from './delivery.js';
import type { InFlight } from './in-flight.js';
import { pause } from './pause.js';
import type { RawEntry } from './replies.js';

/** What a batch in work needs to itself. */
export interface Slot {
  readonly inFlight: InFlight;
  readonly delivery: Delivery;
}

/** Batches of new entries in work beside each other. */
export class Overlap {
  private readonly inWork = new Map<Promise<void>, InFlight>();
  private failure: Error | undefined;

  constructor(
    private readonly limit: number,
    private readonly slot: () => Slot,
  ) {}

  /** Entries handed over and not yet settled. */
  get size(): number {
    return [...this.inWork.values()].reduce((sum, { size }) => sum + size, 0);
  }

  /** Begins to deliver; waits only while as many batches as allowed are in work. @throws what went wrong with an earlier one */
  async deliver(entries: readonly RawEntry[]): Promise<void> {
    const { inFlight, delivery } = this.slot();
    const work: Promise<void> = delivery
      .deliver(entries, 1)
      .catch((error: unknown) => {
        this.failure ??= error instanceof Error ? error : new Error(String(error));
      })
      .finally(() => this.inWork.delete(work));
    this.inWork.set(work, inFlight);
    await endOfTurn(); // answers that need no waiting go first: they and the next read then wake Redis once
    if (this.inWork.size >= this.limit) await Promise.race(this.inWork.keys());
    const failure = this.failure;
    this.failure = undefined;
    if (failure) throw failure;
  }

  /** Resolves when nothing is in work: before that, nothing pending may be taken for abandoned. */
  async done(): Promise<void> {
    await Promise.all(this.inWork.keys());
  }

  /** The same, as long as it takes no longer. @returns whether nothing is in work */
  async isDoneWithin(ms: number): Promise<boolean> {
    if (this.inWork.size === 0) return true;
    const over = new AbortController();
    const isDone = await Promise.race([this.done().then(() => true), pause(ms, over.signal).then(() => false)]);
    over.abort();
    return isDone;
  }
}
