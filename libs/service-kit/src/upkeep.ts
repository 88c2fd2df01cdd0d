import type { Logger } from 'pino';

export interface UpkeepOptions {
  /** Milliseconds between the starts of two rounds; the first begins at once. */
  readonly everyMs: number;
  /** One round. Several replicas may be at it at once. A long one ends early when `stopping` is aborted. */
  readonly work: (stopping: AbortSignal) => Promise<unknown>;
  readonly logger: Logger;
  /** What the log says when a round fails; the next one tries again. */
  readonly failure: string;
}

/** Work that is done again and again while a service runs, one round at a time. */
export class Upkeep {
  private timer: NodeJS.Timeout | undefined;
  private round: Promise<void> | undefined;
  private readonly stopping = new AbortController();

  constructor(private readonly options: UpkeepOptions) {}

  start(): void {
    this.timer = setInterval(() => this.begin(), this.options.everyMs).unref();
    this.begin();
  }

  /** Has a round begin when the one under way has ended. */
  again(): void {
    void Promise.resolve(this.round).then(() => this.begin());
  }

  /** Begins no further round, and waits for the end of the one under way. */
  async stop(): Promise<void> {
    this.stopping.abort();
    clearInterval(this.timer);
    await this.round;
  }

  private begin(): void {
    if (this.stopping.signal.aborted) return;
    this.round ??= this.work().finally(() => {
      this.round = undefined;
    });
  }

  private async work(): Promise<void> {
    const { work, logger, failure } = this.options;
    try {
      await work(this.stopping.signal);
    } catch (error) {
      logger.warn({ err: error }, failure);
    }
  }
}
