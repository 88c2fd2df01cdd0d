import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Param,
  Post,
  Put,
  Query,
  Req,
  Res,
  UseInterceptors,
} from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiHeader,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import {
  ConfigurationIdParamDto,
  ConfigurationVersionPageDto,
  ConfigurationVersionParamDto,
  CreateModelDto,
  ListConfigurationsQueryDto,
  ModelDto,
  ModelPurposeParamDto,
  ModelPageDto,
  PageQueryDto,
  RolloutDto,
  RolloutStateDto,
  UpdateConfigurationQueryDto,
  UpdateModelDto,
} from '@agion/dto';
import { ApiProblems, Caller } from '@agion/service-kit';
import { HEADERS, type Principal } from '@agion/wire';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  beforeVersion,
  conditionally,
  refuseOtherId,
  rolloutOf,
  tagged,
  toPage,
  toRolloutStateDto,
  toVersionPage,
} from '../configuration/answers.js';
import { bucketOf } from '../configuration/bucket-of.js';
import { ConfigurationEditor } from '../configuration/configuration-editor.service.js';
import { ConfigurationReader } from '../configuration/configuration-reader.service.js';
import { CreateOnce } from '../configuration/create-once.interceptor.js';
import { cursorOf } from '../cursor-of.js';
import { contentOf, MODELS, toModelDto } from './model-documents.js';

@ApiTags('models')
@ApiProblems('unauthenticated', 'forbidden', 'validation-failed')
@Controller('v1/models')
export class ModelsController {
  constructor(
    private readonly reader: ConfigurationReader,
    private readonly editor: ConfigurationEditor,
  ) {}

  @Get('by-purpose/:purpose')
  @ApiOperation({ summary: 'Fetch the model for a purpose', operationId: 'getModelByPurpose' })
  @ApiHeader({ name: 'If-None-Match', required: false, description: '304 when the ETag is still this one.' })
  @ApiOkResponse({ type: ModelDto })
  @ApiProblems('model-not-found')
  async fetch(
    @Caller() caller: Principal,
    @Param() { purpose }: ModelPurposeParamDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string | undefined> {
    const bucket = bucketOf(request.headers[HEADERS.rolloutBucket], caller);
    return conditionally(request, reply, toModelDto(await this.reader.fetch(MODELS, caller, purpose, bucket)));
  }

  @Get()
  @ApiOperation({ summary: 'List models', operationId: 'listModels' })
  @ApiOkResponse({ type: ModelPageDto })
  async list(@Caller() caller: Principal, @Query() query: ListConfigurationsQueryDto): Promise<ModelPageDto> {
    const { include_archived: includeArchived, limit } = query;
    const [after = null] = cursorOf(query.cursor, 1) ?? [];
    return toPage(await this.reader.list(MODELS, caller, { includeArchived, after, limit }), toModelDto);
  }

  @Post()
  @UseInterceptors(CreateOnce)
  @ApiOperation({ summary: 'Create a model', operationId: 'createModel' })
  @ApiHeader({ name: 'Idempotency-Key', required: false })
  @ApiCreatedResponse({ type: ModelDto })
  @ApiProblems('conflict', 'idempotency-key-reused')
  async create(
    @Caller() caller: Principal,
    @Body() body: CreateModelDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ModelDto> {
    const created = await this.editor.create(MODELS, caller, { id: body.id, content: contentOf(body) });
    return tagged(reply, toModelDto(created));
  }

  @Get(':id')
  @ApiOperation({ summary: 'Look at a model', operationId: 'getModel' })
  @ApiHeader({ name: 'If-None-Match', required: false, description: '304 when the ETag is still this one.' })
  @ApiOkResponse({ type: ModelDto })
  @ApiProblems('model-not-found')
  async get(
    @Caller() caller: Principal,
    @Param() { id }: ConfigurationIdParamDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string | undefined> {
    return conditionally(request, reply, toModelDto(await this.reader.get(MODELS, caller, id)));
  }

  @Put(':id')
  @ApiOperation({ summary: 'Make the next version of a model', operationId: 'updateModel' })
  @ApiHeader({
    name: 'If-Match',
    required: false,
    description: 'ETag the change is based on; a conflict when it is older.',
  })
  @ApiOkResponse({ type: ModelDto })
  @ApiProblems('model-not-found', 'conflict')
  async update(
    @Caller() caller: Principal,
    @Param() { id }: ConfigurationIdParamDto,
    @Query() { activate }: UpdateConfigurationQueryDto,
    @Body() body: UpdateModelDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ModelDto> {
    refuseOtherId(body.id, id);
    const update = { content: contentOf(body), ifMatch: request.headers['if-match'], basedOn: body.version, activate };
    return tagged(reply, toModelDto(await this.editor.update(MODELS, caller, id, update)));
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Archive a model', operationId: 'archiveModel' })
  @ApiNoContentResponse()
  @ApiProblems('model-not-found')
  async archive(@Caller() caller: Principal, @Param() { id }: ConfigurationIdParamDto): Promise<void> {
    await this.editor.archive(MODELS, caller, id);
  }

  @Get(':id/versions')
  @ApiOperation({ summary: 'List the versions of a model, newest first', operationId: 'listModelVersions' })
  @ApiOkResponse({ type: ConfigurationVersionPageDto })
  @ApiProblems('model-not-found')
  async versions(
    @Caller() caller: Principal,
    @Param() { id }: ConfigurationIdParamDto,
    @Query() { cursor, limit }: PageQueryDto,
  ): Promise<ConfigurationVersionPageDto> {
    const before = beforeVersion(cursor);
    return toVersionPage(MODELS, await this.reader.versions(MODELS, caller, id, { before, limit }));
  }

  @Post(':id/versions/:version/activate')
  @HttpCode(200)
  @ApiOperation({ summary: 'Serve a version to everybody', operationId: 'activateModelVersion' })
  @ApiOkResponse({ type: ModelDto })
  @ApiProblems('model-not-found', 'version-not-found', 'conflict')
  async activate(
    @Caller() caller: Principal,
    @Param() { id, version }: ConfigurationVersionParamDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ModelDto> {
    return tagged(reply, toModelDto(await this.editor.activate(MODELS, caller, id, version)));
  }

  @Put(':id/rollout')
  @ApiOperation({ summary: 'Serve a candidate version to some percent of the agents', operationId: 'rollOutModel' })
  @ApiOkResponse({ type: RolloutStateDto })
  @ApiProblems('model-not-found', 'version-not-found', 'conflict')
  async rollOut(
    @Caller() caller: Principal,
    @Param() { id }: ConfigurationIdParamDto,
    @Body() body: RolloutDto,
  ): Promise<RolloutStateDto> {
    return toRolloutStateDto(await this.editor.rollOut(MODELS, caller, id, rolloutOf(body)));
  }
}
