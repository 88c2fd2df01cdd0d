import { fullJitter, type Logger, pause, SILENT_LOGGER } from '@agion/messaging';
import { AgionError, ApiError, ConnectionError, TimeoutError } from '../errors.js';
import { fetchTransport } from './fetch.client.js';
import { keepAliveTransport } from './keep-alive.client.js';
import type { Transport } from './transport.js';
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
  /** Node's own client, with connections that are kept, unless told. */
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
  private readonly send: Transport;
  private readonly base: string;
  private readonly logger: Logger;

  constructor(private readonly options: GatewayClientOptions) {
    this.base = options.url.replace(/\/+$/, '');
    this.send = options.fetch ? fetchTransport(this.base, options.fetch) : keepAliveTransport(this.base);
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
    if (signal?.aborted) throw this.unreachable(new Error('the call was cancelled'), false);
    const exchange = this.send({
      method,
      target: path + queryText(options.query),
      headers: this.headers(body !== undefined, headers),
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const deadline = deadlineOf(timeoutMs, exchange.cancel, signal);
    try {
      const answer = await exchange.answer;
      const { status, text } = answer;
      if ((status < 200 || status > 299) && status !== 304)
        throw ApiError.of(problemOf(answer, text), retryAfterMs(answer.header('retry-after')));
      return { status, body: this.read<Body>(text), etag: answer.header('etag') };
    } catch (error) {
      if (AgionError.is(error)) throw error;
      if (deadline.isOver())
        throw new TimeoutError(`${this.base} did not answer within ${timeoutMs} ms`, { cause: error });
      throw this.unreachable(error, !signal?.aborted);
    } finally {
      deadline.clear();
    }
  }

  private headers(hasBody: boolean, others: CallOptions['headers']): Record<string, string> {
    const token = this.options.token?.();
    return {
      accept: 'application/json',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(hasBody && { 'content-type': 'application/json' }),
      ...others,
    };
  }

  private unreachable(cause: unknown, retryable: boolean): ConnectionError {
    return new ConnectionError(`${this.base} cannot be reached: ${causeText(cause)}`, { retryable, cause });
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

/** Cancels after a time, or with a signal. */
function deadlineOf(
  ms: number,
  cancel: () => void,
  signal: AbortSignal | undefined,
): { isOver(): boolean; clear(): void } {
  let isOver = false;
  const timer = setTimeout(() => {
    isOver = true;
    cancel();
  }, ms).unref();
  signal?.addEventListener('abort', cancel, { once: true });
  return {
    isOver: () => isOver,
    clear: () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', cancel);
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
