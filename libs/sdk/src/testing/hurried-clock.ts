import type { Clock } from '../clock.js';

interface Pending {
  readonly at: number;
  readonly call: () => void;
  readonly timer: NodeJS.Timeout;
}

/** The machine's clock, and a way to be ahead of it: whoever tests must not wait. */
export class HurriedClock implements Clock {
  private ahead = 0;
  private readonly pending = new Set<Pending>();

  readonly now = (): number => Date.now() + this.ahead;
  readonly monotonic = (): number => performance.now() + this.ahead;

  after(ms: number, call: () => void): () => void {
    const fire = (): void => {
      this.pending.delete(one);
      call();
    };
    const one: Pending = { at: this.monotonic() + ms, call: fire, timer: setTimeout(fire, ms).unref() };
    this.pending.add(one);
    return () => this.cancel(one);
  }

  /** Calls now what waits, whenever it would be due. */
  hurry(): void {
    this.fire([...this.pending]);
  }

  /** Lets time pass: what is due in it is called. */
  advance(ms: number): void {
    this.ahead += ms;
    const now = this.monotonic();
    this.fire([...this.pending].filter(({ at }) => at <= now));
  }

  private fire(due: readonly Pending[]): void {
    for (const one of [...due].sort((a, b) => a.at - b.at)) {
      if (!this.pending.has(one)) continue; // one before it has called it off
      this.cancel(one);
      one.call();
    }
  }

  private cancel(one: Pending): void {
    clearTimeout(one.timer);
    this.pending.delete(one);
  }
}
