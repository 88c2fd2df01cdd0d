/**
 * Work that is done once for all who ask, and never twice at a time. Whoever asks while it is being done shares the next
 * run, because what he asks about may have changed since this one began.
 */
export class LatestRun<Result> {
  private running: Promise<Result> | undefined;
  private next: Promise<Result> | undefined;

  constructor(private readonly work: () => Promise<Result>) {}

  /** The result of a run that begins after this call, or its error. */
  ask(): Promise<Result> {
    if (!this.running) return this.begin();
    return (this.next ??= this.afterThis(this.running));
  }

  private async afterThis(running: Promise<Result>): Promise<Result> {
    await running.catch(() => undefined);
    this.next = undefined;
    return this.running ?? this.begin();
  }

  private begin(): Promise<Result> {
    const run = this.work().finally(() => {
      this.running = undefined;
    });
    this.running = run;
    return run;
  }
}
