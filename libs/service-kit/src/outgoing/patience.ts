import { OutgoingError } from './outgoing.errors.js';

/** How long a call may take, and whether its caller still wants it. */
export class Patience {
  /** Ends the call. */
  readonly signal: AbortSignal;
  /** Rejects when the call is over, whatever it waits for. */
  readonly end: Promise<never>;
  private readonly deadline: AbortSignal;

  constructor(
    private readonly timeoutMs: number,
    private readonly caller?: AbortSignal,
  ) {
    this.deadline = AbortSignal.timeout(timeoutMs);
    this.signal = caller ? AbortSignal.any([caller, this.deadline]) : this.deadline;
    const { signal } = this;
    this.end = new Promise((_, reject) => {
      const end = (): void => reject(new OutgoingError('timeout', 'the call is over', { cause: signal.reason }));
      if (signal.aborted) end();
      else signal.addEventListener('abort', end, { once: true });
    });
    this.end.catch(() => undefined);
  }

  /** What went wrong, in the caller's terms: the reason of his own signal stays what it is. */
  failure(error: unknown): unknown {
    if (this.caller?.aborted) return this.caller.reason;
    if (this.deadline.aborted)
      return new OutgoingError('timeout', `no whole answer within ${this.timeoutMs} ms`, { cause: error });
    const refusal = refusalIn(error);
    if (refusal) return refusal;
    return new OutgoingError('unreachable', 'no connection, or it broke off', { cause: error });
  }
}

/** A refusal of the connector comes back as it was, or wrapped. */
function refusalIn(error: unknown): OutgoingError | null {
  if (error instanceof OutgoingError) return error;
  return error instanceof Error && error.cause !== undefined ? refusalIn(error.cause) : null;
}
