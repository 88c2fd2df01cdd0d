import { EntryQueue } from './entry-queue.js';
import type { OutgoingEntry } from './event-outlet.js';
import type { EventNotPublishedError } from './events.errors.js';

/** An entry that waits or is under way. */
export interface HeldEntry extends OutgoingEntry {
  readonly urgent: boolean;
  /** About what it takes of memory. */
  readonly bytes: number;
  /** Told once what became of it. */
  readonly settle?: (error?: EventNotPublishedError) => void;
}

/** How much may be held. */
export interface Capacity {
  readonly entries: number;
  readonly bytes: number;
}

/** What an entry costs beside its text, about. */
const ENTRY_BYTES = 200;

/** About what an entry takes of memory: two bytes for each character. */
export function bytesOf({ fields }: OutgoingEntry): number {
  let characters = 0;
  for (const name in fields) characters += name.length + (fields[name]?.length ?? 0);
  return ENTRY_BYTES + characters * 2;
}

/**
 * Entries in bounded memory, the urgent ones before all others. When there is no room the oldest that is not urgent goes: what an
 * agent did last says more about it than what it did an hour ago. Urgent entries never go for others.
 */
export class HeldEntries {
  private readonly urgent = new EntryQueue<HeldEntry>();
  private readonly ordinary = new EntryQueue<HeldEntry>();
  private count = 0;
  private bytes = 0;

  constructor(
    private readonly capacity: Capacity,
    private readonly dropped: (entry: HeldEntry) => void,
  ) {}

  /** All of them: waiting or under way. */
  get size(): number {
    return this.count;
  }

  /** Those that wait. */
  get waiting(): number {
    return this.urgent.size + this.ordinary.size;
  }

  get urgentWaiting(): number {
    return this.urgent.size;
  }

  /** @returns false when there is no room, because all that is held is urgent or under way */
  take(entry: HeldEntry): boolean {
    while (this.count >= this.capacity.entries || this.bytes + entry.bytes > this.capacity.bytes) {
      const oldest = this.ordinary.shift();
      if (!oldest) return false;
      this.release(oldest);
      this.dropped(oldest);
    }
    (entry.urgent ? this.urgent : this.ordinary).push(entry);
    this.count += 1;
    this.bytes += entry.bytes;
    return true;
  }

  /** Up to `most` of those that wait: they are under way from now on, until they are put back or released. */
  next(most: number): HeldEntry[] {
    const batch: HeldEntry[] = [];
    while (batch.length < most) {
      const entry = this.urgent.shift() ?? this.ordinary.shift();
      if (!entry) break;
      batch.push(entry);
    }
    return batch;
  }

  putBack(entries: readonly HeldEntry[]): void {
    this.urgent.putBack(entries.filter(({ urgent }) => urgent));
    this.ordinary.putBack(entries.filter(({ urgent }) => !urgent));
  }

  /** One that is under way has come to its end. */
  release({ bytes }: HeldEntry): void {
    this.count -= 1;
    this.bytes -= bytes;
  }
}
