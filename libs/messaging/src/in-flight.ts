import type { ConsumerGroup } from './consumer-group.js';
import { byStream, type EntryKey } from './retry-schedule.js';

/**
 * The entries in work, and the lease on them: while a long batch goes on, their idle time is restarted so that no other
 * consumer takes them for abandoned.
 */
export class InFlight {
  private entries: EntryKey[] = [];
  private leasedAt = 0;

  constructor(
    private readonly group: ConsumerGroup,
    private readonly minIdleMs: number,
    private readonly now: () => number,
  ) {}

  get size(): number {
    return this.entries.length;
  }

  /** How often the lease wants to be renewed while nothing else happens. */
  get renewalMs(): number {
    return this.minIdleMs / 3;
  }

  /** Starts the lease of entries that were delivered just now. */
  begin(entries: readonly EntryKey[]): void {
    this.entries = [...entries];
    this.leasedAt = this.now();
  }

  settled(entries: readonly EntryKey[]): void {
    if (entries.length === this.entries.length) return this.end();
    const gone = new Set(entries.map(({ stream, id }) => `${id} ${stream}`));
    this.entries = this.entries.filter(({ stream, id }) => !gone.has(`${id} ${stream}`));
  }

  end(): void {
    this.entries = [];
  }

  /**
   * Whether the remaining entries are still this consumer's; renews the lease when a third of it has passed. After a
   * pause longer than the lease (a stopped process, a blocked event loop) another consumer may have them: hands off.
   */
  async keep(): Promise<boolean> {
    const elapsed = this.now() - this.leasedAt;
    if (elapsed >= this.minIdleMs) return false;
    if (elapsed < this.renewalMs) return true;
    const renewedAt = this.now();
    for (const [stream, ids] of byStream(this.entries)) await this.group.renew(stream, ids);
    this.leasedAt = renewedAt;
    return true;
  }
}
