import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Dispatcher } from 'undici';
import { AssertionSigner, DomainError, traceparentOf, type CalledService } from '@agion/service-kit';
import { HEADERS, rolloutBucket, type Principal, type Problem } from '@agion/wire';
import { headersToCaller, headersToService } from './passed-headers.js';
import type { RouteMatch } from './route-table.js';
import { Upstreams } from './upstreams.js';

/** A service's answer as the caller may see it, its body still under way. */
export interface ForwardedAnswer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Dispatcher.ResponseData['body'];
}

/** The slice of a gradual rollout a caller is in: an agent stays in its own, whichever token it comes with. */
export const bucketOf = ({ agentId, subject }: Principal): string => String(rolloutBucket(agentId ?? subject));

/** What stands before a service's own paths in public ones. */
const PUBLIC_PREFIX = '/api';

/** Carries a request to the service that owns it, in the name of the caller. */
@Injectable()
export class Forwarder {
  constructor(
    private readonly upstreams: Upstreams,
    private readonly signer: AssertionSigner,
  ) {}

  /** @param unconditional leaves the caller's If-None-Match out, because the answer is for others too */
  async forward(
    request: FastifyRequest,
    { route, servicePath, query }: RouteMatch,
    principal: Principal,
    unconditional = false,
  ): Promise<ForwardedAnswer> {
    if (route.to === 'gateway') throw new DomainError('not-found', 'no route has this path');
    const headers = headersToService(request.headers);
    headers[HEADERS.assertion] = this.signer.sign(route.to, principal);
    headers[HEADERS.forwardedPrefix] = PUBLIC_PREFIX;
    headers.traceparent = traceparentOf(request.id);
    if (route.configuration === 'read') headers[HEADERS.rolloutBucket] = bucketOf(principal);
    if (unconditional) delete headers['if-none-match'];
    const answer = await this.upstreams.send({
      service: route.to,
      method: route.method,
      path: servicePath + query,
      headers,
      ...(Buffer.isBuffer(request.body) && { body: request.body }),
    });
    return checked(route.to, answer);
  }
}

/** Why a service does not believe the gateway: for whoever runs the two. */
async function refusalIn(service: CalledService, body: Dispatcher.ResponseData['body']): Promise<string | undefined> {
  const { detail, hint } = await body.json().then(
    (told) => told as Partial<Problem>,
    () => ({ detail: undefined, hint: undefined }),
  );
  if (typeof detail !== 'string') return undefined;
  return `\`${service}\` says: ${detail}${hint === undefined ? '' : `; ${hint}`}`;
}

/** A service answers with a problem or with what was asked for; anything else is a fault on our side and nothing for callers. */
async function checked(
  service: CalledService,
  { statusCode, headers, body }: Dispatcher.ResponseData,
): Promise<ForwardedAnswer> {
  const isProblem = String(headers['content-type'] ?? '').startsWith('application/problem+json');
  // 401 from a service means that it does not accept the gateway's signature.
  if (statusCode === 401 || (statusCode >= 500 && !isProblem)) {
    const hint = statusCode === 401 && isProblem ? await refusalIn(service, body) : undefined;
    body.on('error', () => undefined).destroy();
    throw Object.assign(
      new DomainError('upstream-failed', `\`${service}\` gave no usable answer`, hint === undefined ? {} : { hint }),
      { status: statusCode },
    );
  }
  return { status: statusCode, headers: headersToCaller(headers), body };
}
