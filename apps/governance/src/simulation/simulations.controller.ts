import { SimulatePoliciesDto, SimulationDto } from '@agion/dto';
import { ApiProblems, Caller, TakesYaml } from '@agion/service-kit';
import type { Principal } from '@agion/wire';
import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { toSimulationDto } from './simulation-view.js';
import { Simulations } from './simulations.service.js';

@ApiTags('policies')
@ApiProblems('unauthenticated', 'forbidden', 'validation-failed', 'conflict')
@Controller('v1/policies/simulate')
export class SimulationsController {
  constructor(private readonly simulations: Simulations) {}

  @Post()
  @TakesYaml()
  @HttpCode(200)
  @ApiOperation({
    operationId: 'simulatePolicies',
    summary: 'Try policies on what was decided',
    description:
      'Replays the decisions of a window with policies that are not in force, in place of those of the same ids. Nothing is changed. One at a time for an organization; at most 250,000 decisions or eight seconds, the newest first: `through` says how far it came. Needs the role `operator`.',
  })
  @ApiBody({ type: SimulatePoliciesDto })
  @ApiOkResponse({ type: SimulationDto })
  async simulate(@Caller() caller: Principal, @Body() body: unknown): Promise<SimulationDto> {
    return toSimulationDto(await this.simulations.run(caller, body));
  }
}
