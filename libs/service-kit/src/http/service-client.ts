import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Agent } from 'undici';
import { HEADERS, type Principal, type Problem } from '@agion/wire';
import { ServiceSettings } from '../config/service-settings.js';
import { type ActFor, AssertionSigner } from '../identity/assertion.js';
import { DomainError, UnavailableError, UpstreamProblemError } from '../problem/domain-error.js';
import { SERVICE, type ServiceFacts } from '../service-facts.js';
import { serviceUrl, type CalledService } from './service-urls.js';
import { traceparentOf } from './trace-id.js';

export interface ServiceCall {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Path and query at the called service, e.g. `/internal/organizations`. */
  path: string;
  principal: Principal;
  /** The run or mission kept here that `principal` began, where the service calls for somebody else. */
  actFor?: ActFor;
  body?: unknown;
  /** Milliseconds for the whole call. Default 3,000. */
  timeoutMs?: number;
  traceId?: string;
}

/** Questions to other services over HTTP, signed as this service. Facts go over streams instead. */
@Injectable()
export class ServiceClient implements OnApplicationShutdown {
  private readonly agent = new Agent({ connections: 32, pipelining: 1, connect: { timeout: 1_000 } });

  constructor(
    @Inject(SERVICE) private readonly self: ServiceFacts,
    private readonly settings: ServiceSettings,
    private readonly signer: AssertionSigner,
  ) {}

  /** The answer's JSON. @throws UpstreamProblemError for a problem, UnavailableError when the service does not answer */
  async call<Answer>(
    service: CalledService,
    { method = 'GET', path, principal, actFor, body, timeoutMs = 3_000, traceId }: ServiceCall,
  ): Promise<Answer> {
    const origin = serviceUrl(this.settings, service);
    const { statusCode, text, retryAfter } = await this.send(service, origin, {
      method,
      path,
      principal,
      ...(actFor && { actFor }),
      body,
      timeoutMs,
      traceId,
    });
    const answer = parse(text);
    if (statusCode < 400) return answer as Answer;
    if (isProblem(answer) && 'assertion' in answer)
      throw new UnavailableError(`\`${service}\` does not believe \`${this.self.name}\`: ${answer.detail}`);
    if (isProblem(answer)) throw new UpstreamProblemError(answer, retryAfter);
    throw new DomainError('upstream-failed', `\`${service}\` answered ${statusCode} without a problem`);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.agent.close();
  }

  private async send(
    service: CalledService,
    origin: string,
    { method, path, principal, actFor, body, timeoutMs, traceId }: ServiceCall,
  ): Promise<{ statusCode: number; text: string; retryAfter: string | undefined }> {
    try {
      const {
        statusCode,
        headers,
        body: answer,
      } = await this.agent.request({
        origin,
        path,
        method: method ?? 'GET',
        headers: {
          [HEADERS.assertion]: this.signer.sign(service, principal, actFor),
          accept: 'application/json',
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...(traceId !== undefined && { traceparent: traceparentOf(traceId) }),
        },
        body: body === undefined ? null : JSON.stringify(body),
        signal: AbortSignal.timeout(timeoutMs ?? 3_000),
      });
      const retryAfter = headers['retry-after'];
      return {
        statusCode,
        text: await answer.text(),
        retryAfter: typeof retryAfter === 'string' ? retryAfter : undefined,
      };
    } catch (error) {
      throw Object.assign(new UnavailableError(`\`${service}\` does not answer ${this.self.name}`), { cause: error });
    }
  }
}

const parse = (text: string): unknown => {
  try {
    return text === '' ? undefined : (JSON.parse(text) as unknown);
  } catch {
    return undefined;
  }
};

const isProblem = (answer: unknown): answer is Problem =>
  typeof answer === 'object' &&
  answer !== null &&
  typeof (answer as Problem).type === 'string' &&
  typeof (answer as Problem).status === 'number';
