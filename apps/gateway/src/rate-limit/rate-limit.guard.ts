import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { identityOf } from '@agion/service-kit';
import { GatewaySettings } from '../gateway.config.js';
import { matchOf } from '../routing/request-match.js';
import { clientAddress } from './client-address.js';
import { RateLimits } from './rate-limits.js';

/** Second in line, after the caller is known: every request costs its caller a point. Open routes cost nothing. */
@Injectable()
export class RateLimitGuard implements CanActivate {
  constructor(
    private readonly limits: RateLimits,
    private readonly settings: GatewaySettings,
  ) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    if (matchOf(request).route.who === 'open') return true;
    const { principal } = identityOf(request);
    const address = principal.kind === 'anonymous' ? clientAddress(request.raw, this.settings.proxyHops) : '';
    const spent = this.limits.request(principal, address);
    return spent instanceof Promise ? spent.then(() => true) : true;
  }
}
