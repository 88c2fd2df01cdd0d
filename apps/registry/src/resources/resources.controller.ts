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
  CreateResourceDto,
  ListConfigurationsQueryDto,
  ResourceDto,
  ResourceNameParamDto,
  ResourcePageDto,
  PageQueryDto,
  RolloutDto,
  RolloutStateDto,
  UpdateConfigurationQueryDto,
  UpdateResourceDto,
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
import { contentOf, RESOURCES, toResourceDto } from './resource-documents.js';

@ApiTags('resources')
@ApiProblems('unauthenticated', 'forbidden', 'validation-failed')
@Controller('v1/resources')
export class ResourcesController {
  constructor(
    private readonly reader: ConfigurationReader,
    private readonly editor: ConfigurationEditor,
  ) {}

  @Get('by-name/:name')
  @ApiOperation({ summary: 'Fetch the resource of a name', operationId: 'getResourceByName' })
  @ApiHeader({ name: 'If-None-Match', required: false, description: '304 when the ETag is still this one.' })
  @ApiOkResponse({ type: ResourceDto })
  @ApiProblems('resource-not-found')
  async fetch(
    @Caller() caller: Principal,
    @Param() { name }: ResourceNameParamDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string | undefined> {
    const bucket = bucketOf(request.headers[HEADERS.rolloutBucket], caller);
    return conditionally(request, reply, toResourceDto(await this.reader.fetch(RESOURCES, caller, name, bucket)));
  }

  @Get()
  @ApiOperation({ summary: 'List resources', operationId: 'listResources' })
  @ApiOkResponse({ type: ResourcePageDto })
  async list(@Caller() caller: Principal, @Query() query: ListConfigurationsQueryDto): Promise<ResourcePageDto> {
    const { include_archived: includeArchived, limit } = query;
    const [after = null] = cursorOf(query.cursor, 1) ?? [];
    return toPage(await this.reader.list(RESOURCES, caller, { includeArchived, after, limit }), toResourceDto);
  }

  @Post()
  @UseInterceptors(CreateOnce)
  @ApiOperation({ summary: 'Create a resource', operationId: 'createResource' })
  @ApiHeader({ name: 'Idempotency-Key', required: false })
  @ApiCreatedResponse({ type: ResourceDto })
  @ApiProblems('conflict', 'idempotency-key-reused')
  async create(
    @Caller() caller: Principal,
    @Body() body: CreateResourceDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ResourceDto> {
    const created = await this.editor.create(RESOURCES, caller, { id: body.id, content: contentOf(body) });
    return tagged(reply, toResourceDto(created));
  }

  @Get(':id')
  @ApiOperation({ summary: 'Look at a resource', operationId: 'getResource' })
  @ApiHeader({ name: 'If-None-Match', required: false, description: '304 when the ETag is still this one.' })
  @ApiOkResponse({ type: ResourceDto })
  @ApiProblems('resource-not-found')
  async get(
    @Caller() caller: Principal,
    @Param() { id }: ConfigurationIdParamDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string | undefined> {
    return conditionally(request, reply, toResourceDto(await this.reader.get(RESOURCES, caller, id)));
  }

  @Put(':id')
  @ApiOperation({ summary: 'Make the next version of a resource', operationId: 'updateResource' })
  @ApiHeader({
    name: 'If-Match',
    required: false,
    description: 'ETag the change is based on; a conflict when it is older.',
  })
  @ApiOkResponse({ type: ResourceDto })
  @ApiProblems('resource-not-found', 'conflict')
  async update(
    @Caller() caller: Principal,
    @Param() { id }: ConfigurationIdParamDto,
    @Query() { activate }: UpdateConfigurationQueryDto,
    @Body() body: UpdateResourceDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ResourceDto> {
    refuseOtherId(body.id, id);
    const update = { content: contentOf(body), ifMatch: request.headers['if-match'], basedOn: body.version, activate };
    return tagged(reply, toResourceDto(await this.editor.update(RESOURCES, caller, id, update)));
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Archive a resource', operationId: 'archiveResource' })
  @ApiNoContentResponse()
  @ApiProblems('resource-not-found')
  async archive(@Caller() caller: Principal, @Param() { id }: ConfigurationIdParamDto): Promise<void> {
    await this.editor.archive(RESOURCES, caller, id);
  }

  @Get(':id/versions')
  @ApiOperation({ summary: 'List the versions of a resource, newest first', operationId: 'listResourceVersions' })
  @ApiOkResponse({ type: ConfigurationVersionPageDto })
  @ApiProblems('resource-not-found')
  async versions(
    @Caller() caller: Principal,
    @Param() { id }: ConfigurationIdParamDto,
    @Query() { cursor, limit }: PageQueryDto,
  ): Promise<ConfigurationVersionPageDto> {
    const before = beforeVersion(cursor);
    return toVersionPage(RESOURCES, await this.reader.versions(RESOURCES, caller, id, { before, limit }));
  }

  @Post(':id/versions/:version/activate')
  @HttpCode(200)
  @ApiOperation({ summary: 'Serve a version to everybody', operationId: 'activateResourceVersion' })
  @ApiOkResponse({ type: ResourceDto })
  @ApiProblems('resource-not-found', 'version-not-found', 'conflict')
  async activate(
    @Caller() caller: Principal,
    @Param() { id, version }: ConfigurationVersionParamDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ResourceDto> {
    return tagged(reply, toResourceDto(await this.editor.activate(RESOURCES, caller, id, version)));
  }

  @Put(':id/rollout')
  @ApiOperation({ summary: 'Serve a candidate version to some percent of the agents', operationId: 'rollOutResource' })
  @ApiOkResponse({ type: RolloutStateDto })
  @ApiProblems('resource-not-found', 'version-not-found', 'conflict')
  async rollOut(
    @Caller() caller: Principal,
    @Param() { id }: ConfigurationIdParamDto,
    @Body() body: RolloutDto,
  ): Promise<RolloutStateDto> {
    return toRolloutStateDto(await this.editor.rollOut(RESOURCES, caller, id, rolloutOf(body)));
  }
}
