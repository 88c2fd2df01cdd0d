import { All, Controller, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { identityOf, TakesYaml } from '@agion/service-kit';
import type { Principal } from '@agion/wire';
import { ConfigurationReads } from './configuration-reads.js';
import { Forwarder } from './forwarder.js';
import { matchOf } from './request-match.js';
import type { RouteMatch } from './route-table.js';

/** Everything under /api/v1 goes to the service the route table names. The guards have been here before. */
@ApiExcludeController()
@Controller('api/v1')
export class ProxyController {
  constructor(
    private readonly forwarder: Forwarder,
    private readonly reads: ConfigurationReads,
  ) {}

  @All('*')
  @TakesYaml() // where the service does
  answer(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void | Promise<void> {
    const match = matchOf(request);
    const { principal } = identityOf(request);
    if (this.reads.handles(match, request)) return this.reads.answer(request, reply, match, principal);
    return this.pass(request, reply, match, principal);
  }

  private async pass(
    request: FastifyRequest,
    reply: FastifyReply,
    match: RouteMatch,
    principal: Principal,
  ): Promise<void> {
    const { status, headers, body } = await this.forwarder.forward(request, match, principal);
    if (match.route.configuration === 'write' && status < 400) this.reads.changed(principal.organization.slug);
    void reply.status(status).headers(headers).send(body);
  }
}
