import { PolicyConvergenceDto } from '@agion/dto';
import { ApiProblems, Caller, requireRole } from '@agion/service-kit';
import type { Principal } from '@agion/wire';
import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { PolicyConvergence } from './policy-convergence.service.js';

@ApiTags('policies')
@ApiProblems('unauthenticated', 'forbidden')
@Controller('v1/policies/convergence')
export class PolicyConvergenceController {
  constructor(private readonly convergence: PolicyConvergence) {}

  @Get()
  @ApiOperation({
    operationId: 'getPolicyConvergence',
    summary: 'See which policies the fleet works by',
    description:
      'Running instances tell the revision they work by within seconds of a change, and with each heartbeat.',
  })
  @ApiOkResponse({ type: PolicyConvergenceDto })
  @ApiProblems('unavailable')
  look(@Caller() caller: Principal): Promise<PolicyConvergenceDto> {
    requireRole(caller, 'viewer');
    return this.convergence.of(caller.organization);
  }
}
