import {
  decodeCursor,
  encodeCursor,
  PageQueryDto,
  RUN_ID_PATTERN,
  RunAcceptedDto,
  RunDto,
  RunPageDto,
  RunQueryDto,
  StartRunDto,
} from '@agion/dto';
import { ApiProblems, Caller, ValidationFailedError } from '@agion/service-kit';
import { Body, Controller, Get, Headers, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiHeader, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { HEADERS, type Principal } from '@agion/wire';
import type { FastifyReply } from 'fastify';
import { toRunDto } from './run.js';
import type { RunPosition } from './runs.store.js';
import { RunsService } from './runs.service.js';

@ApiTags('runs')
@ApiProblems('unauthenticated', 'unavailable')
@Controller('v1/runs')
export class RunsController {
  constructor(private readonly runs: RunsService) {}

  @Post()
  @HttpCode(202)
  @ApiOperation({ summary: 'Start a run; follow it on its feed or by GET', operationId: 'startRun' })
  @ApiAcceptedResponse({ type: RunAcceptedDto })
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description: 'The same request under the same key finds the same run. Not looked at where `run_id` is given.',
  })
  @ApiProblems('conflict', 'validation-failed', 'idempotency-key-reused', 'too-many-requests')
  async start(
    @Caller() caller: Principal,
    @Headers(HEADERS.idempotencyKey) key: string | undefined,
    @Body() body: StartRunDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RunAcceptedDto> {
    const question = body.user_message === undefined ? [] : [{ role: 'user' as const, content: body.user_message }];
    const run = await this.runs.start(caller, {
      key: keyOf(key),
      runId: body.run_id,
      threadId: body.thread_id,
      messages: [...body.messages.map(({ role, content }) => ({ role, content })), ...question],
    });
    if (run.repeated && body.run_id === undefined) void reply.header('idempotency-replayed', 'true');
    return { run_id: run.id, thread_id: run.threadId, status: run.status };
  }

  @Get()
  @ApiOperation({ summary: 'List your runs, newest first', operationId: 'listRuns' })
  @ApiOkResponse({ type: RunPageDto })
  @ApiProblems('validation-failed')
  async list(@Caller() caller: Principal, @Query() { limit, cursor }: PageQueryDto): Promise<RunPageDto> {
    const runs = await this.runs.list(caller, limit + 1, cursor === undefined ? null : positionOf(cursor));
    const page = runs.slice(0, limit);
    const last = page.at(-1);
    const more = runs.length > limit && last !== undefined;
    return {
      items: page.map(toRunDto),
      next_cursor: more ? encodeCursor(last.createdAt.toISOString(), last.id) : null,
    };
  }

  @Get(':run_id')
  @ApiOperation({ summary: 'Get a run of yours; operators see all', operationId: 'getRun' })
  @ApiOkResponse({ type: RunDto })
  @ApiProblems('run-not-found', 'validation-failed')
  async get(
    @Caller() caller: Principal,
    @Param('run_id') runId: string,
    @Query() { own }: RunQueryDto,
  ): Promise<RunDto> {
    return toRunDto(await this.runs.get(caller, runId, own === 'true'));
  }

  @Post(':run_id/cancel')
  @HttpCode(200)
  @ApiOperation({ summary: 'Cancel a run; one that is over stays as it is', operationId: 'cancelRun' })
  @ApiOkResponse({ type: RunDto })
  @ApiProblems('run-not-found')
  async cancel(@Caller() caller: Principal, @Param('run_id') runId: string): Promise<RunDto> {
    return toRunDto(await this.runs.cancel(caller, runId));
  }
}

const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,200}$/;

function keyOf(header: string | undefined): string | undefined {
  if (header === undefined || IDEMPOTENCY_KEY.test(header)) return header;
  throw new ValidationFailedError([
    { pointer: '/header/idempotency-key', detail: 'must be 1 to 200 visible ASCII characters' },
  ]);
}

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

function positionOf(cursor: string): RunPosition {
  const [createdAt = '', id = ''] = decodeCursor(cursor, 2) ?? [];
  if (!INSTANT.test(createdAt) || Number.isNaN(Date.parse(createdAt)) || !RUN_ID_PATTERN.test(id))
    throw new ValidationFailedError([{ pointer: '/query/cursor', detail: 'is not a cursor of this list' }]);
  return { createdAt, id };
}
