import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { ExchangeEnrollmentDto, type IssuedTokenDto } from '@agion/dto';
import { InternalFor } from '@agion/service-kit';
import { toIssuedTokenDto } from '../credentials/issued-token.js';
import { EnrollmentsService } from './enrollments.service.js';

/** A container's token for a one-time one. Asked by the gateway alone, which counts refusals like failed sign-ins. */
@ApiExcludeController()
@InternalFor('gateway')
@Controller('internal/enrollments')
export class ExchangeController {
  constructor(private readonly enrollments: EnrollmentsService) {}

  @Post('exchange')
  @HttpCode(200)
  async exchange(@Body() { enrollment_token: token }: ExchangeEnrollmentDto): Promise<IssuedTokenDto> {
    return toIssuedTokenDto(await this.enrollments.exchange(token));
  }
}
