import { Body, Controller, Get, Param, Post, Put, Query, Req, Res, UseInterceptors } from '@nestjs/common';
import { ApiCreatedResponse, ApiHeader, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import {
  ConfigurationIdParamDto,
  CreatePromptDto,
  PromptDto,
  PromptPageDto,
  PromptLocationParamDto,
  UpdatePromptDto,
  UpdateConfigurationQueryDto,
} from '@agion/dto';
import { ApiProblems, Caller, NewId } from '@agion/service-kit';
import type { Principal } from '@agion/wire';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ConfigurationRoutes, IfMatch, IfNoneMatch } from '../configuration/configuration-routes.js';
import { CreateOnce } from '../configuration/create-once.interceptor.js';
import { contentOf, PROMPTS } from './prompt-documents.js';

@ApiTags('prompts')
@ApiProblems('unauthenticated', 'forbidden', 'validation-failed')
@Controller('v1/prompts')
export class PromptsController extends ConfigurationRoutes({
  kind: PROMPTS,
  title: 'Prompt',
  item: PromptDto,
  page: PromptPageDto,
}) {
  @Get('by-location/:location')
  @ApiOperation({ summary: 'Fetch the prompt of a location', operationId: 'getPromptByLocation' })
  @IfNoneMatch()
  @ApiOkResponse({ type: PromptDto })
  @ApiProblems('prompt-not-found')
  fetch(
    @Caller() caller: Principal,
    @Param() { location }: PromptLocationParamDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string | undefined> {
    return this.fetchBy(location, caller, request, reply);
  }

  @Post()
  @UseInterceptors(CreateOnce)
  @ApiOperation({ summary: 'Create a prompt', operationId: 'createPrompt' })
  @ApiHeader({ name: 'Idempotency-Key', required: false })
  @ApiCreatedResponse({ type: PromptDto })
  @ApiProblems('conflict', 'idempotency-key-reused')
  create(
    @Caller() caller: Principal,
    @Body() body: CreatePromptDto,
    @NewId() newId: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PromptDto> {
    return this.createFrom(caller, body.id ?? newId, contentOf(body), reply);
  }

  @Put(':id')
  @ApiOperation({ summary: 'Make the next version of a prompt', operationId: 'updatePrompt' })
  @IfMatch()
  @ApiOkResponse({ type: PromptDto })
  @ApiProblems('prompt-not-found', 'conflict')
  update(
    @Caller() caller: Principal,
    @Param() { id }: ConfigurationIdParamDto,
    @Query() { activate }: UpdateConfigurationQueryDto,
    @Body() body: UpdatePromptDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PromptDto> {
    return this.updateTo(caller, id, { sent: body, content: contentOf(body), activate }, request, reply);
  }
}
