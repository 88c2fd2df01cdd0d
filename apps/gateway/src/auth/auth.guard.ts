import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DomainError, ForbiddenError, setIdentity, UnauthenticatedError } from '@agion/service-kit';
import { DEFAULT_ORGANIZATION, hasScope, type Principal } from '@agion/wire';
import { GatewaySettings } from '../gateway.config.js';
import { clientAddress } from '../rate-limit/client-address.js';
import { RateLimits } from '../rate-limit/rate-limits.js';
import { mayCall } from '../routing/access.js';
import { setMatch } from '../routing/request-match.js';
import { RouteTable, type RouteMatch } from '../routing/route-table.js';
import type { Route } from '../routing/routes.js';
import { StreamTickets } from '../stream-tickets/stream-tickets.service.js';
import { ticketIn } from '../stream-tickets/ticket-query.js';
import { Authenticator } from './authenticator.js';
import { bearerOf } from './bearer.js';
import { setExpiry } from './credential-expiry.js';
import { HeaderUsers } from './header-users.js';
import type { Verified } from './verified.js';

const ANONYMOUS: Principal = {
  kind: 'anonymous',
  subject: 'anonymous',
  organization: DEFAULT_ORGANIZATION,
  role: null,
  groups: [],
};

/** The catch-all that forwards; every other handler of the gateway stands in the table under its own path. */
const CATCH_ALL = '/api/v1/*';

/**
 * In front of every handler: only what stands in the route table is let through, and only to whom the table says. A guard and not
 * middleware, because middleware is found by path and a path can be written in many ways.
 */
@Injectable()
export class AuthGuard implements CanActivate {
  constructor(
    private readonly table: RouteTable,
    private readonly authenticator: Authenticator,
    private readonly headerUsers: HeaderUsers,
    private readonly limits: RateLimits,
    private readonly tickets: StreamTickets,
    private readonly settings: GatewaySettings,
  ) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const match = this.table.match(request.method, request.url);
    requireHandlerOf(match.route, request.routeOptions.url);
    if (request.method === 'GET') refuseBody(request);
    setMatch(request, match);
    if (match.route.who === 'open') return true;
    const token = bearerOf(request.raw);
    const ticket = match.route.stream ? ticketIn(match.query) : undefined;
    if (this.headerUsers.areIn(request.raw)) return this.believeHeaders(request, match, token ?? ticket);
    if (ticket !== undefined) return this.redeem(ticket, token, request, http.getResponse<FastifyReply>(), match);
    if (token === undefined) return this.admit(request, match, this.withoutToken(match.route));
    const known = this.authenticator.recognize(token);
    if (known) return this.admit(request, match, known);
    return this.verify(token, request, http.getResponse<FastifyReply>(), match);
  }

  /** @param other credentials of another kind: whose request it is must not be a guess */
  private async believeHeaders(
    request: FastifyRequest,
    match: RouteMatch,
    other: string | undefined,
  ): Promise<boolean> {
    try {
      if (other !== undefined) throw new UnauthenticatedError('the request carries user headers and other credentials');
      return this.admit(request, match, await this.headerUsers.verify(request));
    } catch (error) {
      if (error instanceof UnauthenticatedError)
        await this.limits.failed(clientAddress(request.raw, this.settings.proxyHops));
      throw error;
    }
  }

  /** The credentials the ticket stands for are as good as if they had been sent, and no better. */
  private async redeem(
    ticket: string,
    token: string | undefined,
    request: FastifyRequest,
    reply: FastifyReply,
    match: RouteMatch,
  ): Promise<boolean> {
    if (token !== undefined) throw new UnauthenticatedError('the request carries a bearer token and a ticket');
    const address = clientAddress(request.raw, this.settings.proxyHops);
    this.limits.mayTry(address);
    const credentials = await this.tickets.redeem(ticket).catch(async (error: unknown) => {
      if (error instanceof UnauthenticatedError) await this.limits.failed(address);
      throw error;
    });
    request.raw.headers.authorization = `Bearer ${credentials}`;
    return this.verify(credentials, request, reply, match);
  }

  private async verify(
    token: string,
    request: FastifyRequest,
    reply: FastifyReply,
    match: RouteMatch,
  ): Promise<boolean> {
    const address = clientAddress(request.raw, this.settings.proxyHops);
    if (!this.authenticator.hasKnown(token)) this.limits.mayTry(address);
    try {
      return this.admit(request, match, await this.authenticator.authenticate(token, request, reply));
    } catch (error) {
      if (error instanceof UnauthenticatedError) await this.limits.failed(address);
      throw error;
    }
  }

  private admit(request: FastifyRequest, { route }: RouteMatch, { principal, expiresAt }: Verified): boolean {
    if (!mayCall(route.who, principal))
      throw new ForbiddenError(`this call is for \`${route.who}\`, not for ${describe(principal)}`);
    if (route.scope !== null && !hasScope(principal, route.scope))
      throw new ForbiddenError(`this call needs the scope \`${route.scope}\``, 'use credentials that have it');
    setIdentity(request, { principal, service: null });
    setExpiry(request, expiresAt);
    return true;
  }

  private withoutToken({ who }: Route): Verified {
    if (who === 'open-in-development' && this.settings.mode === 'development')
      return { principal: ANONYMOUS, expiresAt: null };
    throw new UnauthenticatedError();
  }
}

/** Fastify has decoded the path by rules of its own: what it chose must be what the table was asked about. */
function requireHandlerOf({ to, path }: Route, chosen: string | undefined): void {
  const expected = to === 'gateway' ? path.replace(/\{(\w+)\}/g, ':$1') : CATCH_ALL;
  if (chosen !== expected) throw new DomainError('not-found', 'no route has this path');
}

function refuseBody({ headers }: FastifyRequest): void {
  if (headers['transfer-encoding'] === undefined && (headers['content-length'] ?? '0') === '0') return;
  throw new DomainError('malformed-request', 'a GET request has no body');
}

const describe = ({ kind, role }: Principal): string =>
  role === null ? `\`${kind}\` credentials` : `the role \`${role}\``;
