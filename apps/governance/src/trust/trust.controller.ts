import {
  AgentIdParamDto,
  ClearCeilingDto,
  decodeCursor,
  encodeCursor,
  ExplainTrustQueryDto,
  PageQueryDto,
  parseInstant,
  TrustCeilingParamDto,
  TrustDto,
  TrustEventPageDto,
  TrustExplanationDto,
  TrustHistoryDto,
  TrustHistoryQueryDto,
} from '@agion/dto';
import { ApiProblems, Caller, ValidationFailedError } from '@agion/service-kit';
import type { Principal } from '@agion/wire';
import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { TrustService } from './trust.service.js';
import { whatIf } from './trust-explanation.js';
import { periodIn, supposedIn } from './trust-questions.js';
import { toExplanationDto, toHistoryDto, toTrustDto, toTrustEventDto, toWhatIfDto } from './trust-view.js';

@ApiTags('Trust')
@ApiProblems('unauthenticated', 'forbidden', 'agent-not-found', 'validation-failed', 'unavailable')
@Controller('v1/agents/:agent_id/trust')
export class TrustController {
  constructor(private readonly trust: TrustService) {}

  @Get()
  @ApiOperation({ operationId: 'getAgentTrust', summary: 'How far an agent is trusted now' })
  @ApiOkResponse({ type: TrustDto })
  async get(@Caller() caller: Principal, @Param() { agent_id: agentId }: AgentIdParamDto): Promise<TrustDto> {
    return toTrustDto(await this.trust.standing(caller, agentId, new Date()));
  }

  @Get('explain')
  @ApiOperation({
    operationId: 'explainAgentTrust',
    summary: 'Why an agent is trusted as it is',
    description:
      'What its score follows from, what decay will make of it, and what would bring the next tier. With `event_type` and `severity` also what such events would make of it; nothing is recorded.',
  })
  @ApiOkResponse({ type: TrustExplanationDto })
  async explain(
    @Caller() caller: Principal,
    @Param() { agent_id: agentId }: AgentIdParamDto,
    @Query() query: ExplainTrustQueryDto,
  ): Promise<TrustExplanationDto> {
    const at = new Date();
    const { found, groups } = await this.trust.explanation(caller, agentId, at);
    const supposed = supposedIn(query, caller.organization.id, agentId, at);
    return {
      ...toExplanationDto(found, groups, at),
      ...(supposed && { what_if: toWhatIfDto(found, whatIf(found.evidence, supposed, query.count)) }),
    };
  }

  @Get('history')
  @ApiOperation({
    operationId: 'getAgentTrustHistory',
    summary: 'How far an agent was trusted over time',
    description:
      'Points for a plot, each at the end of a UTC day, the last one now. Worked out from the evidence that is kept, so the same question has the same answer.',
  })
  @ApiOkResponse({ type: TrustHistoryDto })
  async history(
    @Caller() caller: Principal,
    @Param() { agent_id: agentId }: AgentIdParamDto,
    @Query() query: TrustHistoryQueryDto,
  ): Promise<TrustHistoryDto> {
    const now = new Date();
    return toHistoryDto(agentId, await this.trust.history(caller, agentId, periodIn(query, now), now));
  }

  @Get('events')
  @ApiOperation({ operationId: 'listAgentTrustEvents', summary: 'The evidence behind a score' })
  @ApiOkResponse({ type: TrustEventPageDto })
  async events(
    @Caller() caller: Principal,
    @Param() { agent_id: agentId }: AgentIdParamDto,
    @Query() { cursor, limit }: PageQueryDto,
  ): Promise<TrustEventPageDto> {
    const after = cursor === undefined ? null : positionIn(cursor);
    const found = await this.trust.events(caller, agentId, after, limit + 1);
    const page = found.slice(0, limit);
    const last = page.at(-1);
    return {
      items: page.map(toTrustEventDto),
      next_cursor: found.length > page.length && last ? encodeCursor(last.at.toISOString(), last.eventId) : null,
    };
  }

  @Post('ceilings/:id/clear')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'clearTrustCeiling',
    summary: 'Lift a ceiling',
    description:
      'By a person of the role `operator`. One for a critical event stays in force for its first seven days.',
  })
  @ApiOkResponse({ type: TrustDto })
  @ApiProblems('malformed-request', 'not-found')
  async clear(
    @Caller() caller: Principal,
    @Param() { agent_id: agentId, id }: TrustCeilingParamDto,
    @Body() { reason }: ClearCeilingDto,
  ): Promise<TrustDto> {
    await this.trust.clear(caller, agentId, id, reason);
    return toTrustDto(await this.trust.standing(caller, agentId, new Date()));
  }
}

/** @throws ValidationFailedError when it is none of our cursors */
function positionIn(cursor: string): { at: Date; eventId: string } {
  const [time = '', eventId = ''] = decodeCursor(cursor, 2) ?? [];
  const at = parseInstant(time);
  if (at && eventId !== '' && !eventId.includes('\0')) return { at, eventId };
  throw new ValidationFailedError([
    { pointer: '/query/cursor', detail: 'must be the `next_cursor` of the page before' },
  ]);
}
