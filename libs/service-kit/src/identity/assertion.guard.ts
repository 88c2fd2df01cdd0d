import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { HEADERS, type ServiceName } from '@agion/wire';
import { DomainError, ForbiddenError } from '../problem/domain-error.js';
import { AssertionVerifier, type MistimedAssertion } from './assertion.js';
import { INTERNAL, ON_BEHALF, OPEN, setIdentity } from './caller.js';

const MISTIMED: Record<MistimedAssertion, string> = {
  early: 'the assertion of the calling service is not valid yet',
  expired: 'the assertion of the calling service has expired',
};
const COMPARE_CLOCKS = 'compare the clocks of the machines the two services run on';

/** In front of every route of every service but the gateway: no signed assertion, no answer. */
@Injectable()
export class AssertionGuard implements CanActivate {
  constructor(
    private readonly verifier: AssertionVerifier,
    private readonly reflector: Reflector,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    if (context.getType() !== 'http') return true; // stream entries carry signatures of their own
    const targets = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride<boolean>(OPEN, targets)) return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const header = request.headers[HEADERS.assertion];
    const caller = typeof header === 'string' ? this.verifier.verify(header) : null;
    if (typeof caller === 'string') refuse(caller, MISTIMED[caller], COMPARE_CLOCKS);
    if (!caller) refuse('invalid', 'this service answers other services only', 'call the gateway');
    const internal = this.reflector.getAllAndOverride<ServiceName[]>(INTERNAL, targets);
    if (internal && !internal.includes(caller.service))
      throw new ForbiddenError(`\`${caller.service}\` may not call this route`);
    if (caller.actFor && !this.reflector.getAllAndOverride<boolean>(ON_BEHALF, targets))
      throw new ForbiddenError('this route answers those who call for themselves');
    setIdentity(request, caller);
    return true;
  }
}

/** Says that it is the calling service that is not believed, not whom it speaks for. */
function refuse(assertion: MistimedAssertion | 'invalid', detail: string, hint: string): never {
  throw new DomainError('unauthenticated', detail, { hint, extensions: { assertion } });
}
