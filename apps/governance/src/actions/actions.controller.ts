import { ActionDto, ActionPageDto, DescribeActionDto, PageQueryDto } from '@agion/dto';
import { ApiProblems, Caller, etagOf, requireRole } from '@agion/service-kit';
import type { Principal } from '@agion/wire';
import { Body, Controller, Get, Param, Put, Query, Req, Res } from '@nestjs/common';
import { ApiBody, ApiHeader, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { answered, pageOf, positionOf } from '../policies/policy-answers.js';
import { toActionDto } from './action-view.js';
import { Actions } from './actions.service.js';
import { ActionsStore } from './actions.store.js';

@ApiTags('actions')
@ApiProblems('unauthenticated', 'forbidden', 'validation-failed')
@Controller('v1/actions')
export class ActionsController {
  constructor(
    private readonly store: ActionsStore,
    private readonly actions: Actions,
  ) {}

  @Get()
  @ApiOperation({ operationId: 'listActions', summary: 'List what is known of actions, by name' })
  @ApiOkResponse({ type: ActionPageDto })
  async list(@Caller() caller: Principal, @Query() { cursor, limit }: PageQueryDto): Promise<ActionPageDto> {
    requireRole(caller, 'viewer');
    const after = positionOf(cursor, /^[\x21-\x7e]{1,200}$/) ?? '';
    const found = await this.store.list(caller.organization.id, { after, limit: limit + 1 });
    return pageOf(found, limit, ({ name }) => name, toActionDto);
  }

  @Get(':name')
  @ApiOperation({ operationId: 'getAction', summary: 'Look at what is known of an action' })
  @ApiParam({ name: 'name', example: 'send_email' })
  @ApiHeader({ name: 'If-None-Match', required: false, description: '304 when the ETag is still this one.' })
  @ApiOkResponse({ type: ActionDto })
  @ApiProblems('action-not-found')
  async get(
    @Caller() caller: Principal,
    @Param('name') name: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string | undefined> {
    requireRole(caller, 'viewer');
    const text = JSON.stringify(toActionDto(await this.store.get(caller.organization.id, name)));
    return answered(request, reply, { text, etag: etagOf(text) });
  }

  @Put(':name')
  @ApiOperation({
    operationId: 'putAction',
    summary: 'Say what is known of an action',
    description:
      'Its risk, and what its context looks like: requests that do not fit are denied, and policies about such actions alone are checked against it. Refused, naming them, while policies in force do not go with it. What is left out counts as not known.',
  })
  @ApiParam({ name: 'name', example: 'send_email' })
  @ApiHeader({ name: 'If-Match', required: false, description: 'ETag the change is based on; a conflict when older.' })
  @ApiBody({ type: DescribeActionDto })
  @ApiOkResponse({ type: ActionDto })
  @ApiProblems('conflict', 'quota-exceeded')
  async put(
    @Caller() caller: Principal,
    @Param('name') name: string,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ActionDto> {
    const dto = toActionDto(await this.actions.put(caller, name, body, request.headers['if-match']));
    void reply.header('etag', etagOf(JSON.stringify(dto)));
    return dto;
  }
}
