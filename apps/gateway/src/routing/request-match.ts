import type { FastifyRequest } from 'fastify';
import { DomainError } from '@agion/service-kit';
import type { RouteMatch } from './route-table.js';

const MATCH = Symbol('route match');
type WithMatch = FastifyRequest & { [MATCH]?: RouteMatch };

export function setMatch(request: FastifyRequest, match: RouteMatch): void {
  (request as WithMatch)[MATCH] = match;
}

export const findMatch = (request: FastifyRequest): RouteMatch | undefined => (request as WithMatch)[MATCH];

/** The route the guard has found. @throws DomainError `not-found` when no guard has seen the request */
export function matchOf(request: FastifyRequest): RouteMatch {
  const match = findMatch(request);
  if (!match) throw new DomainError('not-found', 'no route has this path');
  return match;
}
