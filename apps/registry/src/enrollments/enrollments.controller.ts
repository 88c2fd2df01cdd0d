import { Body, Controller, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CreateEnrollmentDto, DEFAULT_WAIT_SECONDS, EnrollmentDto } from '@agion/dto';
import { ApiProblems, Caller } from '@agion/service-kit';
import type { Principal } from '@agion/wire';
import { EnrollmentsService } from './enrollments.service.js';

@ApiTags('administration')
@ApiProblems('unauthenticated', 'forbidden', 'validation-failed')
@Controller('v1/enrollments')
export class EnrollmentsController {
  constructor(private readonly enrollments: EnrollmentsService) {}

  @Post()
  @ApiOperation({
    summary: 'Make a one-time token for a container',
    description: 'The container exchanges it for its own token when it starts: `POST /api/v1/enrollments/exchange`.',
    operationId: 'createEnrollment',
  })
  @ApiCreatedResponse({ type: EnrollmentDto })
  async create(@Caller() caller: Principal, @Body() body: CreateEnrollmentDto): Promise<EnrollmentDto> {
    const { token, keyId, containerId, scopes, expiresAt } = await this.enrollments.create(caller, {
      containerId: body.container_id,
      lifetimeSeconds: body.expires_in_seconds ?? DEFAULT_WAIT_SECONDS,
      scopes: body.scopes ?? null,
    });
    return {
      enrollment_token: token,
      key_id: keyId,
      container_id: containerId,
      scopes,
      expires_at: expiresAt.toISOString(),
    };
  }
}
