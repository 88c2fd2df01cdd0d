/** Something with an orderly end: an `AgionSDK`, a `GovernanceClient`. */
export interface Closable {
  close(): Promise<unknown>;
}

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/**
 * Closes what is given when the process is asked to end (SIGTERM, SIGINT), so that nothing that waits to be sent is lost. Then the
 * process ends as it would have, unless the program listens to the signal itself: then that is for the program.
 *
 * @example
 * ```ts
 * await sdk.initialize();
 * closeOnTermination(sdk);
 * ```
 * @returns the function that ends it
 */
export function closeOnTermination(...given: readonly Closable[]): () => void {
  const end = (): void => {
    for (const signal of SIGNALS) process.off(signal, closeAll);
  };
  const closeAll = (signal: NodeJS.Signals): void => {
    void Promise.allSettled(given.map((each) => each.close())).then(() => {
      end(); // a second signal while closing finds the listener, and waits with the first
      if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
    });
  };
  for (const signal of SIGNALS) process.on(signal, closeAll);
  return end;
}
