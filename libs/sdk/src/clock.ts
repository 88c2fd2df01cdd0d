/** Time, given so that tests need not wait for it. */
export interface Clock {
  /** Milliseconds since 1970; may jump. */
  now(): number;
  /** Milliseconds that never go back: the only ones to measure ages with. */
  monotonic(): number;
  /** Calls after so many milliseconds, unless the function it returns is called before. Keeps no process alive. */
  after(ms: number, call: () => void): () => void;
}

/** The machine's own. */
export const SYSTEM_CLOCK: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after: (ms, call) => {
    const timer = setTimeout(call, ms).unref();
    return () => clearTimeout(timer);
  },
};
