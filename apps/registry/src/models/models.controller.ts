import { Body, Controller, Get, Param, Post, Put, Query, Req, Res, UseInterceptors } from '@nestjs/common';
import { ApiCreatedResponse, ApiHeader, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import {
  ConfigurationIdParamDto,
  CreateModelDto,
  ModelDto,
  ModelPageDto,
  ModelPurposeParamDto,
  UpdateModelDto,
  UpdateConfigurationQueryDto,
} from '@agion/dto';
import { ApiProblems, Caller, NewId } from '@agion/service-kit';
import type { Principal } from '@agion/wire';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ConfigurationRoutes, IfMatch, IfNoneMatch } from '../configuration/configuration-routes.js';
import { CreateOnce } from '../configuration/create-once.interceptor.js';
import { contentOf, MODELS } from './model-documents.js';

@ApiTags('models')
@ApiProblems('unauthenticated', 'forbidden', 'validation-failed')
@Controller('v1/models')
export class ModelsController extends ConfigurationRoutes({
  kind: MODELS,
  title: 'Model',
  item: ModelDto,
  page: ModelPageDto,
}) {
  @Get('by-purpose/:purpose')
  @ApiOperation({ summary: 'Fetch the model for a purpose', operationId: 'getModelByPurpose' })
  @IfNoneMatch()
  @ApiOkResponse({ type: ModelDto })
  @ApiProblems('model-not-found')
  fetch(
    @Caller() caller: Principal,
    @Param() { purpose }: ModelPurposeParamDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string | undefined> {
    return this.fetchBy(purpose, caller, request, reply);
  }

  @Post()
  @UseInterceptors(CreateOnce)
  @ApiOperation({ summary: 'Create a model', operationId: 'createModel' })
  @ApiHeader({ name: 'Idempotency-Key', required: false })
  @ApiCreatedResponse({ type: ModelDto })
  @ApiProblems('conflict', 'idempotency-key-reused')
  create(
    @Caller() caller: Principal,
    @Body() body: CreateModelDto,
    @NewId() newId: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ModelDto> {
    return this.createFrom(caller, body.id ?? newId, contentOf(body), reply);
  }

  @Put(':id')
  @ApiOperation({ summary: 'Make the next version of a model', operationId: 'updateModel' })
  @IfMatch()
  @ApiOkResponse({ type: ModelDto })
  @ApiProblems('model-not-found', 'conflict')
  update(
    @Caller() caller: Principal,
    @Param() { id }: ConfigurationIdParamDto,
    @Query() { activate }: UpdateConfigurationQueryDto,
    @Body() body: UpdateModelDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ModelDto> {
    return this.updateTo(caller, id, { sent: body, content: contentOf(body), activate }, request, reply);
  }
}
