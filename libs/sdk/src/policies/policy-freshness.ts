import type { Clock } from '../clock.js';

export interface PolicyFreshnessOptions {
  /** Milliseconds policies hold without being confirmed. */
  readonly maxStalenessMs: number;
  readonly clock: Clock;
  /** Told each time it changes, with the age of the last confirmation in milliseconds. */
  readonly changed: (isStale: boolean, ageMs: number) => void;
}

/** How long ago the platform last said that these are the policies in force. */
export class PolicyFreshness {
  private confirmedAt: number | undefined;
  private wasStale = false;
  private cancel: (() => void) | undefined;

  constructor(private readonly options: PolicyFreshnessOptions) {}

  get isStale(): boolean {
    return this.ageMs > this.options.maxStalenessMs;
  }

  /** Infinity before the first confirmation. */
  get ageMs(): number {
    return this.confirmedAt === undefined ? Infinity : this.options.clock.monotonic() - this.confirmedAt;
  }

  /** @param ageMs how long ago that was; what is younger counts */
  confirm(ageMs = 0): void {
    this.confirmedAt = Math.max(this.confirmedAt ?? -Infinity, this.options.clock.monotonic() - ageMs);
    this.look();
  }

  close(): void {
    this.cancel?.();
  }

  /** Says what has changed, and looks again when the limit is reached. */
  private look(): void {
    const { maxStalenessMs, clock, changed } = this.options;
    const { isStale, ageMs } = this;
    if (isStale !== this.wasStale) changed(isStale, ageMs);
    this.wasStale = isStale;
    this.cancel?.();
    this.cancel = isStale ? undefined : clock.after(Math.max(1, maxStalenessMs - ageMs + 1), () => this.look());
  }
}
