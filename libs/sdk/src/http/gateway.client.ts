import { fullJitter, type Logger, pause, SILENT_LOGGER } from '@agion/messaging';
import { AgionError, ApiError, ConnectionError, TimeoutError } from '../errors.js';
import { problemOf, retryAfterMs } from './problem-answer.js';

/** Where the platform is and how to speak to it. */
export interface GatewayClientOptions {
  /** Origin, with or without a path before `/api/v1`. */
  readonly url: string;
  /** The bearer token of the moment; asked before each attempt. */
  readonly token?: () => string | undefined;
  /** Milliseconds one attempt may take; 10 000 unless told. */
  readonly timeoutMs?: number;
  readonly logger?: Logger;
  readonly fetch?: typeof globalThis.fetch;
  readonly random?: () => number;
}

export interface CallOptions {
  /** Parameters that are undefined are left out. */
  readonly query?: Readonly<Record<string, string | undefined>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds one attempt may take. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Whether to try again what may succeed later. `true` for GET, else `false` unless the caller says it does no harm. */
  readonly retry?: boolean;
}

/** A 2xx or 304 answer. `body` is undefined when there was none. */
export interface GatewayAnswer<Body> {
  status: number;
  body: Body;
  etag: string | null;
}

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

const ATTEMPTS = 3;
const BETWEEN_ATTEMPTS = { minMs: 50, maxMs: 2_000 };
const LONGEST_RETRY_AFTER_MS = 5_000;

/** Speaks HTTP to the platform: JSON, timeouts, problems as errors, and another attempt where that does no harm. */
export class GatewayClient {
  private readonly fetch: typeof globalThis.fetch;
  private readonly base: string;
  private readonly logger: Logger;

  constructor(private readonly options: GatewayClientOptions) {
    this.fetch = options.fetch ?? globalThis.fetch;
    this.base = options.url.replace(/\/+$/, '');
    this.logger = options.logger ?? SILENT_LOGGER;
  }

  /**
   * Calls the API. A 304 is an answer without a body.
   *
   * @throws ApiError on every other status than 2xx and 304, by class of the status.
   * @throws ConnectionError when nothing answers, or something that is not Agion.
   * @throws TimeoutError when no attempt was answered in time.
   */
  async call<Body>(
    method: Method,
    path: `/api/v1/${string}` | `/.well-known/${string}`,
    options: CallOptions = {},
  ): Promise<GatewayAnswer<Body>> {
    const attempts = (options.retry ?? method === 'GET') ? ATTEMPTS : 1;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.attempt<Body>(method, path, options);
      } catch (error) {
        const again = AgionError.is(error) && error.retryable && attempt < attempts && !options.signal?.aborted;
        if (!again) throw error;
        this.logger.warn({ method, path, attempt, error: error.message }, 'call failed and will be tried again');
        const asked = ApiError.is(error) ? (error.retryAfterMs ?? 0) : 0;
        if (asked > LONGEST_RETRY_AFTER_MS) throw error;
        const jitter = fullJitter(attempt, BETWEEN_ATTEMPTS, this.options.random);
        await pause(Math.max(asked, jitter), options.signal);
      }
    }
  }

  private async attempt<Body>(method: Method, path: string, options: CallOptions): Promise<GatewayAnswer<Body>> {
    const { body, headers, signal, timeoutMs = this.options.timeoutMs ?? 10_000 } = options;
    const token = this.options.token?.();
    const deadline = deadlineOf(timeoutMs, signal);
    try {
      const response = await this.fetch(this.base + path + queryText(options.query), {
        method,
        redirect: 'error',
        headers: {
          accept: 'application/json',
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal: deadline.signal,
      });
      const text = await response.text();
      if (!response.ok && response.status !== 304)
        throw ApiError.of(problemOf(response, text), retryAfterMs(response.headers));
      return { status: response.status, body: this.read<Body>(text), etag: response.headers.get('etag') };
    } catch (error) {
      if (AgionError.is(error)) throw error;
      if (deadline.isOver())
        throw new TimeoutError(`${this.base} did not answer within ${timeoutMs} ms`, { cause: error });
      throw new ConnectionError(`${this.base} cannot be reached: ${causeText(error)}`, {
        retryable: !signal?.aborted,
        cause: error,
      });
    } finally {
      deadline.clear();
    }
  }

  private read<Body>(text: string): Body {
    if (text === '') return undefined as Body;
    try {
      return JSON.parse(text) as Body;
    } catch (cause) {
      throw new ConnectionError(`${this.base} answers with something that is not JSON: is it the gateway?`, {
        retryable: false,
        cause,
      });
    }
  }
}

/** Ends a call after a time, or with a signal. By hand: what `AbortSignal.any` makes of a signal that lives long is kept as long. */
function deadlineOf(ms: number, outer?: AbortSignal): { signal: AbortSignal; isOver(): boolean; clear(): void } {
  const controller = new AbortController();
  const give = (): void => controller.abort();
  let isOver = false;
  const timer = setTimeout(() => {
    isOver = true;
    controller.abort();
  }, ms).unref();
  if (outer?.aborted) controller.abort();
  else outer?.addEventListener('abort', give, { once: true });
  return {
    signal: controller.signal,
    isOver: () => isOver,
    clear: () => {
      clearTimeout(timer);
      outer?.removeEventListener('abort', give);
    },
  };
}

function queryText(query: CallOptions['query'] = {}): string {
  const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`;
}

/** `fetch failed` says nothing; its cause does. */
function causeText(error: unknown): string {
  const { cause = error } = error as { cause?: unknown };
  const { message, code } = cause as { message?: string; code?: string };
  return message || code || String(cause);
}
