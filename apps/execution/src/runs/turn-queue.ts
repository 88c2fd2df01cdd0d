/** A place in the queue, taken before the work is known. */
export interface Seat {
  /** Starts the work when its turn comes. It must not reject. */
  run(work: () => Promise<void>): void;
  /** Gives the place back unused. */
  release(): void;
}

/** Bounded work: so many at once, so many waiting, no more. */
export class TurnQueue {
  private taken = 0;
  private working = 0;
  private readonly waiting: (() => Promise<void>)[] = [];
  private idle: PromiseWithResolvers<void> | undefined;

  constructor(
    private readonly concurrency: number,
    private readonly places: number,
  ) {}

  /** A place, or `null` when all are taken. */
  reserve(): Seat | null {
    if (this.taken >= this.concurrency + this.places) return null;
    this.taken += 1;
    let used = false;
    const once = (what: () => void): void => {
      if (used) return;
      used = true;
      what();
    };
    return {
      run: (work) =>
        once(() => {
          this.waiting.push(work);
          this.next();
        }),
      release: () => once(() => this.leave()),
    };
  }

  /** Resolves when nothing works or waits. */
  whenIdle(): Promise<void> {
    if (this.taken === 0) return Promise.resolve();
    this.idle ??= Promise.withResolvers<void>();
    return this.idle.promise;
  }

  private next(): void {
    if (this.working >= this.concurrency) return;
    const work = this.waiting.shift();
    if (!work) return;
    this.working += 1;
    void work().finally(() => {
      this.working -= 1;
      this.leave();
      this.next();
    });
  }

  private leave(): void {
    this.taken -= 1;
    if (this.taken > 0) return;
    this.idle?.resolve();
    this.idle = undefined;
  }
}
