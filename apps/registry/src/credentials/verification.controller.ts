import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { EndedCredentialsDto, EndedCredentialsQuestionDto, VerifiedCredentialDto, VerifyTokenDto } from '@agion/dto';
import { InternalFor } from '@agion/service-kit';
import { CredentialsService } from './credentials.service.js';

/** Whose token is this, and is it still? Asked by the gateway alone. */
@ApiExcludeController()
@InternalFor('gateway')
@Controller('internal/credentials')
export class VerificationController {
  constructor(private readonly credentials: CredentialsService) {}

  @Post('verify')
  @HttpCode(200)
  async verify(@Body() { token }: VerifyTokenDto): Promise<VerifiedCredentialDto> {
    const { principal, expiresAt } = await this.credentials.verify(token);
    return { principal, expires_at: expiresAt?.toISOString() ?? null };
  }

  @Post('ended')
  @HttpCode(200)
  async ended(@Body() { credential_ids: ids }: EndedCredentialsQuestionDto): Promise<EndedCredentialsDto> {
    return { ended: await this.credentials.ended(ids) };
  }
}
