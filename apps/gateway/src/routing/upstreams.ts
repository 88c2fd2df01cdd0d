import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Agent, errors, type Dispatcher } from 'undici';
import { DomainError, serviceUrl, UnavailableError, type CalledService } from '@agion/service-kit';
import { GatewaySettings } from '../gateway.config.js';

export interface UpstreamRequest {
  readonly service: CalledService;
  readonly method: Dispatcher.HttpMethod;
  /** Path and query. */
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body?: Buffer;
}

const CONNECT_TIMEOUT_MS = 1_000;
const CONNECTIONS_PER_SERVICE = 64;
/** The connection broke or never was: nothing of an answer has arrived. */
const CONNECTION_ERRORS = [
  'UND_ERR_SOCKET',
  'UND_ERR_CONNECT_TIMEOUT',
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOTFOUND',
];
const TIMEOUTS = ['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT'];

/** Connections to the services behind the gateway. */
@Injectable()
export class Upstreams implements OnApplicationShutdown {
  private readonly agent: Agent;

  constructor(private readonly settings: GatewaySettings) {
    this.agent = new Agent({
      connections: CONNECTIONS_PER_SERVICE,
      connect: { timeout: CONNECT_TIMEOUT_MS },
      headersTimeout: settings.upstreamTimeoutMs,
      bodyTimeout: settings.upstreamTimeoutMs,
    });
  }

  /**
   * Sends a request on. A GET whose connection breaks before an answer is sent once more.
   * @throws UnavailableError when the service cannot be reached, DomainError `upstream-timeout` when it takes too long
   */
  async send(request: UpstreamRequest): Promise<Dispatcher.ResponseData> {
    const signal = AbortSignal.timeout(this.settings.upstreamTimeoutMs);
    try {
      return await this.attempt(request, signal);
    } catch (error) {
      if (request.method !== 'GET' || !isConnectionError(error)) throw failure(request.service, error);
      return await this.attempt(request, signal).catch((again: unknown) => {
        throw failure(request.service, again);
      });
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await this.agent.close();
  }

  private attempt(
    { service, method, path, headers, body }: UpstreamRequest,
    signal: AbortSignal,
  ): Promise<Dispatcher.ResponseData> {
    return this.agent.request({
      origin: serviceUrl(this.settings, service),
      method,
      path,
      headers,
      body: body ?? null,
      signal,
    });
  }
}

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
}

const isConnectionError = (error: unknown): boolean => CONNECTION_ERRORS.includes(codeOf(error));

function failure(service: CalledService, error: unknown): Error {
  const timedOut = TIMEOUTS.includes(codeOf(error)) || (error as Error).name === 'TimeoutError';
  const problem = timedOut
    ? new DomainError('upstream-timeout', `\`${service}\` did not answer in time`)
    : isConnectionError(error) || error instanceof errors.UndiciError
      ? new UnavailableError(`\`${service}\` does not answer`)
      : (error as Error);
  return Object.assign(problem, { cause: error });
}
