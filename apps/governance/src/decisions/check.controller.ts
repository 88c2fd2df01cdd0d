import { CheckDto, DecisionOutcomeDto } from '@agion/dto';
import { ApiProblems, Caller } from '@agion/service-kit';
import type { Principal } from '@agion/wire';
import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { toDecisionOutcomeDto } from './decision-view.js';
import { DecisionsService } from './decisions.service.js';
import { questionIn } from './question.js';

@ApiTags('Decisions')
@Controller('v1/governance')
export class CheckController {
  constructor(private readonly decisions: DecisionsService) {}

  @Post('check')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'checkAction',
    summary: 'Ask whether an action is allowed',
    description:
      'The same question as on the stream `governance:requests`, and the same answer. A denial is an answer, not an error. An agent asks for itself, a container for its agents.',
  })
  @ApiOkResponse({ type: DecisionOutcomeDto })
  @ApiProblems('unauthenticated', 'forbidden', 'malformed-request', 'validation-failed', 'unavailable')
  async check(@Caller() caller: Principal, @Body() body: CheckDto): Promise<DecisionOutcomeDto> {
    return toDecisionOutcomeDto(await this.decisions.check(caller, questionIn(body)));
  }
}
