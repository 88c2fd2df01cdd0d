/** Batches of decisions that wait to be written, from which on the ledger counts as away, and how long each has waited then. */
const MOST_WAITING = 32;
const PATIENCE_MS = 1_000;

/**
 * Batches that were answered and are not in the ledger yet. While it takes none, what is asked besides is not decided any more: it could
 * not be written down, and reading would come to an end with as many batches in hand as there may be.
 */
export class LedgerBacklog {
  private readonly waiting = new Map<string, number>();

  constructor(private readonly clock: () => number = () => performance.now()) {}

  /** A batch waits. Tried again, it has waited since the first time. */
  waits(batch: string): void {
    if (!this.waiting.has(batch)) this.waiting.set(batch, this.clock());
  }

  isWritten(batch: string): void {
    this.waiting.delete(batch);
  }

  get isTooLong(): boolean {
    if (this.waiting.size < MOST_WAITING) return false;
    const before = this.clock() - PATIENCE_MS;
    let late = 0;
    for (const since of this.waiting.values()) {
      if (since > before) break; // in the order in which they began to wait
      late += 1;
    }
    return late >= MOST_WAITING;
  }
}
