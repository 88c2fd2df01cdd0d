import {
  decodeCursor,
  encodeCursor,
  MoveViolationDto,
  parseInstant,
  ViolationDto,
  ViolationIdParamDto,
  ViolationPageDto,
  ViolationsQueryDto,
} from '@agion/dto';
import { ApiProblems, Caller, ValidationFailedError } from '@agion/service-kit';
import type { Principal } from '@agion/wire';
import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Violation } from './violation.js';
import { ViolationsService } from './violations.service.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

@ApiTags('Violations')
@ApiProblems('unauthenticated', 'forbidden', 'validation-failed')
@Controller('v1/violations')
export class ViolationsController {
  constructor(private readonly violations: ViolationsService) {}

  @Get()
  @ApiOperation({
    operationId: 'listViolations',
    summary: 'List what went against the rules',
    description:
      'Denied actions, critical reports nobody vouches for, what was said in the name of others; newest first. Needs the role `operator`.',
  })
  @ApiOkResponse({ type: ViolationPageDto })
  async list(@Caller() caller: Principal, @Query() query: ViolationsQueryDto): Promise<ViolationPageDto> {
    const { agent_id: agentId = null, kind = null, status = null, cursor, limit } = query;
    const after = cursor === undefined ? null : positionIn(cursor);
    const found = await this.violations.list(caller, { agentId, kind, status, after, limit: limit + 1 });
    const page = found.slice(0, limit);
    const last = page.at(-1);
    return {
      items: page.map(toViolationDto),
      next_cursor: found.length > page.length && last ? encodeCursor(last.at.toISOString(), last.id) : null,
    };
  }

  @Post(':id/acknowledge')
  @HttpCode(200)
  @ApiOperation({ operationId: 'acknowledgeViolation', summary: 'Say that somebody has seen it' })
  @ApiOkResponse({ type: ViolationDto })
  @ApiProblems('violation-not-found', 'malformed-request')
  async acknowledge(
    @Caller() caller: Principal,
    @Param() { id }: ViolationIdParamDto,
    @Body() { note }: MoveViolationDto,
  ): Promise<ViolationDto> {
    return toViolationDto(await this.violations.move(caller, id, 'acknowledged', note ?? null));
  }

  @Post(':id/resolve')
  @HttpCode(200)
  @ApiOperation({ operationId: 'resolveViolation', summary: 'Say that it is done with' })
  @ApiOkResponse({ type: ViolationDto })
  @ApiProblems('violation-not-found', 'malformed-request')
  async resolve(
    @Caller() caller: Principal,
    @Param() { id }: ViolationIdParamDto,
    @Body() { note }: MoveViolationDto,
  ): Promise<ViolationDto> {
    return toViolationDto(await this.violations.move(caller, id, 'resolved', note ?? null));
  }
}

/** @throws ValidationFailedError when it is none of our cursors */
function positionIn(cursor: string): { at: Date; id: string } {
  const [time = '', id = ''] = decodeCursor(cursor, 2) ?? [];
  const at = parseInstant(time);
  if (at && UUID.test(id)) return { at, id };
  throw new ValidationFailedError([
    { pointer: '/query/cursor', detail: 'must be the `next_cursor` of the page before' },
  ]);
}

const toViolationDto = (violation: Violation): ViolationDto => ({
  id: violation.id,
  kind: violation.kind,
  agent_id: violation.agentId,
  severity: violation.severity,
  summary: violation.summary,
  details: violation.details,
  decision_id: violation.decisionId,
  status: violation.status,
  at: violation.at.toISOString(),
  acknowledged_at: violation.acknowledgedAt?.toISOString() ?? null,
  acknowledged_by: violation.acknowledgedBy,
  resolved_at: violation.resolvedAt?.toISOString() ?? null,
  resolved_by: violation.resolvedBy,
  note: violation.note,
});
