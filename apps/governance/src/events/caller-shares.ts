/** Milliseconds over which events are counted. */
const WINDOW_MS = 10_000;

/** Who sent how many events lately. Of callers at least two are assumed, so that one alone cannot fill what others may need. */
export class CallerShares {
  private counts = new Map<string, number>();
  private total = 0;
  private since = 0;

  /** Seconds a caller has to wait who has sent more than the mean of all callers; 0: it has not. */
  waitOf(caller: string, now: number): number {
    this.turn(now);
    const mean = this.total / Math.max(2, this.counts.size);
    if ((this.counts.get(caller) ?? 0) <= mean) return 0;
    return Math.max(1, Math.ceil((this.since + WINDOW_MS - now) / 1_000));
  }

  note(caller: string, events: number, now: number): void {
    this.turn(now);
    this.counts.set(caller, (this.counts.get(caller) ?? 0) + events);
    this.total += events;
  }

  private turn(now: number): void {
    if (now - this.since < WINDOW_MS) return;
    this.counts = new Map();
    this.total = 0;
    this.since = now;
  }
}
