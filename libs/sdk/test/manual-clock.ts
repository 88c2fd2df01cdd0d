import type { Clock } from '../src/clock.js';

/** Time that passes when a test says so. */
export class ManualClock implements Clock {
  private readonly waiting = new Set<{ due: number; call: () => void }>();

  constructor(private at = 1_000_000) {}

  now(): number {
    return this.at;
  }

  monotonic(): number {
    return this.at;
  }

  after(ms: number, call: () => void): () => void {
    const timer = { due: this.at + ms, call };
    this.waiting.add(timer);
    return () => void this.waiting.delete(timer);
  }

  /** Milliseconds until the next timer; Infinity without one. */
  get next(): number {
    return Math.min(...[...this.waiting].map(({ due }) => due - this.at));
  }

  /** Lets time pass and calls what is due in it. */
  pass(ms: number): void {
    this.at += ms;
    for (const timer of [...this.waiting].filter(({ due }) => due <= this.at)) {
      this.waiting.delete(timer);
      timer.call();
    }
  }
}
