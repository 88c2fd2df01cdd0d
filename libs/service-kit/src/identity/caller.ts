import { createParamDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { hasRole, speaksFor, type Principal, type Role, type ServiceName } from '@agion/wire';
import { ForbiddenError, UnauthenticatedError } from '../problem/domain-error.js';
import type { ActFor } from './assertion.js';

const IDENTITY = Symbol('identity');

/** What a guard found out about a request. `service` is null at the gateway, where callers come from outside. */
export interface Identity {
  principal: Principal;
  service: ServiceName | null;
  /** The run or mission for whose principal that service acts; the gateway's callers act for themselves. */
  actFor?: ActFor;
}

type WithIdentity = FastifyRequest & { [IDENTITY]?: Identity };

export function setIdentity(request: FastifyRequest, identity: Identity): void {
  (request as WithIdentity)[IDENTITY] = identity;
}

/** @throws UnauthenticatedError when no guard has let the request in */
export function identityOf(request: FastifyRequest): Identity {
  const identity = (request as WithIdentity)[IDENTITY];
  if (!identity) throw new UnauthenticatedError();
  return identity;
}

/** The principal a handler acts for: `list(@Caller() caller: Principal)`. */
export const Caller = createParamDecorator(
  (_: unknown, context: ExecutionContext): Principal =>
    identityOf(context.switchToHttp().getRequest<FastifyRequest>()).principal,
);

export const OPEN = Symbol('open');
/** A route that asks for no identity: health, keys, reference pages. */
export const Open = (): MethodDecorator & ClassDecorator => SetMetadata(OPEN, true);

export const INTERNAL = Symbol('internal');
/** A route for the named services only; the gateway does not route to it. */
export const InternalFor = (...services: ServiceName[]): MethodDecorator & ClassDecorator =>
  SetMetadata(INTERNAL, services);

export const ON_BEHALF = Symbol('on behalf');
/** A route that may also be called for the principal of a run or mission, by the service that keeps it; others refuse that. */
export const OnBehalf = (): MethodDecorator & ClassDecorator => SetMetadata(ON_BEHALF, true);

/** @throws ForbiddenError unless the principal is a person or service account of at least this role */
export function requireRole(principal: Principal, least: Role): void {
  if (!hasRole(principal, least)) throw new ForbiddenError(`this needs the role \`${least}\``);
}

/** @throws ForbiddenError unless the principal is this agent, its container, or an operator */
export function requireSpeaksFor(principal: Principal, agentId: string): void {
  if (speaksFor(principal, agentId) || hasRole(principal, 'operator')) return;
  throw new ForbiddenError(`these credentials do not speak for \`${agentId}\``);
}
