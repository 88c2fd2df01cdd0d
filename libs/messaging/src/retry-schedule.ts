/** An entry by its place. */
export interface EntryKey {
  readonly stream: string;
  readonly id: string;
}

/** The bounds of the waiting times, in milliseconds, and how many entries may wait. */
export interface RetryLimits {
  readonly firstMs: number;
  readonly longestMs: number;
  readonly entries: number;
}

/**
 * Entries that failed here and wait for their next try. While they wait, this consumer keeps them from the others; if
 * it dies, the schedule dies with it and anybody may take them after the ordinary idle time.
 */
export class RetrySchedule {
  private readonly waiting = new Map<string, EntryKey & { readonly dueAt: number }>();

  constructor(private readonly limits: RetryLimits) {}

  /** Whether reading on would only collect more failures than may wait. */
  get full(): boolean {
    return this.waiting.size >= this.limits.entries;
  }

  /** Puts an entry off after its `deliveries`-th failed delivery: `firstMs`, then twice as long each time. */
  hold(entry: EntryKey, deliveries: number, now: number): void {
    const wait = Math.min(this.limits.longestMs, this.limits.firstMs * 2 ** Math.min(deliveries - 1, 30));
    this.waiting.set(keyOf(entry), { stream: entry.stream, id: entry.id, dueAt: now + wait });
  }

  holds(entry: EntryKey): boolean {
    return this.waiting.has(keyOf(entry));
  }

  /** Removes and returns, by stream, the entries whose time has come. */
  takeDue(now: number): Map<string, string[]> {
    const due = [...this.waiting.values()].filter((entry) => entry.dueAt <= now);
    for (const entry of due) this.waiting.delete(keyOf(entry));
    return byStream(due);
  }

  /** All that wait, by stream. */
  all(): Map<string, string[]> {
    return byStream([...this.waiting.values()]);
  }

  clear(): void {
    this.waiting.clear();
  }
}

/** The ids of entries by their streams, in the order given. */
export function byStream(entries: readonly EntryKey[]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const { stream, id } of entries) {
    const ids = groups.get(stream);
    if (ids) ids.push(id);
    else groups.set(stream, [id]);
  }
  return groups;
}

const keyOf = ({ stream, id }: EntryKey): string => `${id} ${stream}`;
