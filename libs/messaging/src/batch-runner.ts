import type { ConsumerSettings, Outcome, StreamEntry } from './consumer-options.js';
import { HandlerTimeoutError, PermanentError } from './errors.js';

/** What is to be done with an entry after the handler. */
export type Verdict =
  | { readonly kind: 'done'; readonly entry: StreamEntry }
  | { readonly kind: 'permanent' | 'transient' | 'unavailable'; readonly entry: StreamEntry; readonly error: Error };

/** After so many time-outs in a row the fault is taken to lie outside the entries, and the rest is left as it is. */
const TIMEOUTS_IN_A_ROW = 3;

type RunnerSettings = Pick<ConsumerSettings, 'handle' | 'handlerTimeoutMs' | 'isUnavailable'>;

/** Calls the handler with a batch and, when the batch fails as a whole, with its entries one at a time. */
export class BatchRunner {
  constructor(
    private readonly settings: RunnerSettings,
    /** Aborted when nothing may be waited for any longer; a batch in hand then gets no verdict. */
    private readonly deadline: AbortSignal,
    private readonly handled: (entries: number, durationMs: number) => void = () => undefined,
  ) {}

  /**
   * Yields verdicts as soon as they are known. `mayGoOn` is asked before each further call of the handler; when it
   * says no, the entries without a verdict are simply left.
   */
  async *run(entries: StreamEntry[], mayGoOn: () => Promise<boolean>): AsyncGenerator<Verdict[]> {
    const whole = await this.attempt(entries);
    if (this.deadline.aborted) return;
    if (!(whole instanceof Error)) {
      yield this.judgeEach(entries, whole);
      return;
    }
    if (entries.length === 1 || this.kindOf(whole) === 'unavailable') {
      yield this.judgeAll(entries, whole);
      return;
    }

    let timeouts = whole instanceof HandlerTimeoutError ? 1 : 0;
    for (const [index, entry] of entries.entries()) {
      if (!(await mayGoOn())) return;
      const alone = await this.attempt([entry]);
      if (this.deadline.aborted) return;
      if (!(alone instanceof Error)) {
        timeouts = 0;
        yield this.judgeEach([entry], alone);
        continue;
      }
      timeouts = alone instanceof HandlerTimeoutError ? timeouts + 1 : 0;
      const unavailable = this.kindOf(alone) === 'unavailable';
      yield this.judgeAll(unavailable ? entries.slice(index) : [entry], alone);
      if (unavailable || timeouts >= TIMEOUTS_IN_A_ROW) return;
    }
  }

  /** The outcomes of one call, or the error with which it failed as a whole. */
  private async attempt(entries: StreamEntry[]): Promise<readonly Outcome[] | Error> {
    const { handle, handlerTimeoutMs } = this.settings;
    const over = new AbortController();
    const startedAt = performance.now();
    const end = (): void => over.abort(new HandlerTimeoutError(handlerTimeoutMs));
    const timer = setTimeout(end, handlerTimeoutMs);
    this.deadline.addEventListener('abort', end);
    try {
      const call = (async () => handle(entries, { signal: over.signal }))();
      const outcomes = (await Promise.race([call, rejected(over.signal)])) ?? entries.map(() => undefined);
      if (outcomes.length === entries.length) return outcomes;
      return new Error(`handler returned ${outcomes.length} outcomes for ${entries.length} entries`);
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    } finally {
      clearTimeout(timer);
      this.deadline.removeEventListener('abort', end);
      this.handled(entries.length, performance.now() - startedAt);
    }
  }

  private judgeEach(entries: readonly StreamEntry[], outcomes: readonly Outcome[]): Verdict[] {
    return entries.map((entry, index) => {
      const error = outcomes[index];
      return error ? { kind: this.kindOf(error), entry, error } : { kind: 'done', entry };
    });
  }

  private judgeAll(entries: readonly StreamEntry[], error: Error): Verdict[] {
    const kind = this.kindOf(error);
    return entries.map((entry) => ({ kind, entry, error }));
  }

  private kindOf(error: Error): 'permanent' | 'transient' | 'unavailable' {
    if (error instanceof PermanentError) return 'permanent';
    return this.settings.isUnavailable(error) ? 'unavailable' : 'transient';
  }
}

function rejected(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}
