import { DecisionDto, DecisionExplanationDto, DecisionPageDto, DecisionsQueryDto } from '@agion/dto';
import { ApiProblems, Caller, requireRole, ValidationFailedError } from '@agion/service-kit';
import type { Principal } from '@agion/wire';
import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { cursorBehind, decisionSearch } from './decision-search.js';
import { toDecisionDto } from './decision-view.js';
import { toDecisionExplanationDto } from './explanation-view.js';
import { DecisionsService } from './decisions.service.js';

@ApiTags('Decisions')
@ApiProblems('unauthenticated', 'forbidden', 'validation-failed')
@Controller('v1/decisions')
export class DecisionsController {
  constructor(private readonly decisions: DecisionsService) {}

  @Get()
  @ApiOperation({
    operationId: 'listDecisions',
    summary: 'Search the ledger of decisions',
    description: 'What agents asked for and what they were told; newest first. Needs the role `viewer`.',
  })
  @ApiOkResponse({ type: DecisionPageDto })
  async list(@Caller() caller: Principal, @Query() query: DecisionsQueryDto): Promise<DecisionPageDto> {
    requireRole(caller, 'viewer');
    const { agent_id: agentId, ...filters } = query;
    const search = decisionSearch({ ...filters, agentId });
    if (Array.isArray(search)) throw new ValidationFailedError(search);
    const found = await this.decisions.search(caller, { ...search, limit: query.limit + 1 });
    const page = found.slice(0, query.limit);
    const last = page.at(-1);
    return {
      items: page.map(toDecisionDto),
      next_cursor: found.length > page.length && last ? cursorBehind(last) : null,
    };
  }

  @Get(':id')
  @ApiOperation({ operationId: 'getDecision', summary: 'Read a decision', description: 'Needs the role `viewer`.' })
  @ApiOkResponse({ type: DecisionDto })
  @ApiProblems('decision-not-found')
  async get(@Caller() caller: Principal, @Param('id') id: string): Promise<DecisionDto> {
    requireRole(caller, 'viewer');
    return toDecisionDto(await this.decisions.get(caller, id));
  }

  @Get(':id/why')
  @ApiOperation({
    operationId: 'explainDecision',
    summary: 'Explain a decision',
    description:
      'The policies that were looked at, with the versions of that time, what each came to, and what would have changed the outcome. Needs the role `viewer`.',
  })
  @ApiOkResponse({ type: DecisionExplanationDto })
  @ApiProblems('decision-not-found')
  async why(@Caller() caller: Principal, @Param('id') id: string): Promise<DecisionExplanationDto> {
    requireRole(caller, 'viewer');
    return toDecisionExplanationDto(await this.decisions.why(caller, id));
  }
}
