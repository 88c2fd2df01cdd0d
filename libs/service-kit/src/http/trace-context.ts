import { AsyncLocalStorage } from 'node:async_hooks';

const traces = new AsyncLocalStorage<string>();

/** Runs `work`, and all that it starts, as part of a trace. Only for telling: nothing is decided by it. */
export const inTrace = <Result>(traceId: string, work: () => Result): Result => traces.run(traceId, work);

/** The trace of the request that is being handled, if any. */
export const currentTraceId = (): string | undefined => traces.getStore();
