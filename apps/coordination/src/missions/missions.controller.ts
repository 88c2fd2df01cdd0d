import {
  CreateMissionDto,
  decodeCursor,
  encodeCursor,
  MissionDetailDto,
  MissionDto,
  MissionPageDto,
  MissionsQueryDto,
} from '@agion/dto';
import { ApiProblems, Caller, ForbiddenError, requireRole, ValidationFailedError, NewId } from '@agion/service-kit';
import { HEADERS, hasRole, type Principal } from '@agion/wire';
import { Body, Controller, Get, Param, Post, Query, UseInterceptors } from '@nestjs/common';
import { ApiBody, ApiCreatedResponse, ApiHeader, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CreateOnce } from './create-once.interceptor.js';
import { missionDraft } from './mission-body.js';
import { toMissionDetailDto, toMissionDto, toMissionSummaryDto } from './mission-view.js';
import { MissionsService } from './missions.service.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

@ApiTags('Missions')
@ApiProblems('unauthenticated', 'forbidden', 'validation-failed')
@Controller('v1/missions')
export class MissionsController {
  constructor(private readonly missions: MissionsService) {}

  @Post()
  @UseInterceptors(CreateOnce)
  @ApiOperation({
    operationId: 'createMission',
    summary: 'Plan a mission',
    description: 'Keeps it as a draft; nothing starts. Needs the role `operator`.',
  })
  @ApiHeader({ name: HEADERS.idempotencyKey, required: false, description: 'The same key creates one mission only.' })
  @ApiBody({ type: CreateMissionDto })
  @ApiCreatedResponse({ type: MissionDto })
  @ApiProblems('malformed-request', 'conflict', 'idempotency-key-reused')
  async create(@Caller() caller: Principal, @Body() body: unknown, @NewId() id: string): Promise<MissionDto> {
    requireRole(caller, 'operator');
    return toMissionDto(await this.missions.create(caller, missionDraft(body, new Date()), id));
  }

  @Get()
  @ApiOperation({ operationId: 'listMissions', summary: 'List missions', description: 'Newest first, without plans.' })
  @ApiOkResponse({ type: MissionPageDto })
  async list(@Caller() caller: Principal, @Query() query: MissionsQueryDto): Promise<MissionPageDto> {
    requireMember(caller);
    const { status, cursor, limit } = query;
    const olderThan = cursor === undefined ? undefined : idIn(cursor);
    const found = await this.missions.list(caller, { status, olderThan, limit: limit + 1 });
    const page = found.slice(0, limit);
    const last = page.at(-1);
    return {
      items: page.map(toMissionSummaryDto),
      next_cursor: found.length > page.length && last ? encodeCursor(last.id) : null,
    };
  }

  @Get(':id')
  @ApiOperation({ operationId: 'getMission', summary: 'Read a mission, its plan and the latest reports' })
  @ApiOkResponse({ type: MissionDetailDto })
  @ApiProblems('mission-not-found')
  async get(@Caller() caller: Principal, @Param('id') id: string): Promise<MissionDetailDto> {
    requireMember(caller);
    const { mission, reports } = await this.missions.get(caller, id);
    return toMissionDetailDto(mission, reports);
  }
}

/** @throws ForbiddenError unless the caller has a role in the organization or is one of its agents or containers */
function requireMember(caller: Principal): void {
  if (hasRole(caller, 'viewer') || caller.kind === 'agent' || caller.kind === 'container') return;
  throw new ForbiddenError('this needs the role `viewer`, or the token of an agent or container');
}

/** @throws ValidationFailedError when it is none of our cursors */
function idIn(cursor: string): string {
  const [id] = decodeCursor(cursor, 1) ?? [];
  if (id !== undefined && UUID.test(id)) return id;
  throw new ValidationFailedError([
    { pointer: '/query/cursor', detail: 'must be the `next_cursor` of the page before' },
  ]);
}
