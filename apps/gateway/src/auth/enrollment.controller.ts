import { Controller, Post, Req } from '@nestjs/common';
import { ApiBody, ApiCreatedResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { ExchangeEnrollmentDto, IssuedTokenDto } from '@agion/dto';
import {
  ApiProblems,
  parseJson,
  ServiceClient,
  UnauthenticatedError,
  UpstreamProblemError,
  validated,
} from '@agion/service-kit';
import { GatewaySettings } from '../gateway.config.js';
import { clientAddress } from '../rate-limit/client-address.js';
import { RateLimits } from '../rate-limit/rate-limits.js';
import { GATEWAY } from './gateway-principal.js';

/** Open to whoever holds a one-time token; a refusal counts like a failed sign-in. */
@ApiTags('administration')
@Controller('api/v1/enrollments')
export class EnrollmentController {
  constructor(
    private readonly client: ServiceClient,
    private readonly limits: RateLimits,
    private readonly settings: GatewaySettings,
  ) {}

  @Post('exchange')
  @ApiOperation({
    summary: 'Exchange a one-time token for a container’s',
    description: 'Works once. A token that is unknown, used or expired is refused, without saying which.',
    operationId: 'exchangeEnrollment',
    security: [],
  })
  @ApiBody({ type: ExchangeEnrollmentDto })
  @ApiCreatedResponse({ type: IssuedTokenDto })
  @ApiProblems('unauthenticated', 'validation-failed', 'too-many-requests')
  async exchange(@Req() request: FastifyRequest): Promise<IssuedTokenDto> {
    const address = clientAddress(request.raw, this.settings.proxyHops);
    this.limits.mayTry(address);
    const body = validated(ExchangeEnrollmentDto, Buffer.isBuffer(request.body) ? parseJson(request.body) : null);
    try {
      return await this.client.call<IssuedTokenDto>('registry', {
        method: 'POST',
        path: '/internal/enrollments/exchange',
        principal: GATEWAY,
        body,
      });
    } catch (error) {
      if (!(error instanceof UpstreamProblemError) || error.upstream.status !== 401) throw error;
      await this.limits.failed(address);
      throw new UnauthenticatedError('the enrollment token is not valid', 'ask an operator for a new one');
    }
  }
}
