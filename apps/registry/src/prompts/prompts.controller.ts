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
  CreatePromptDto,
  ListConfigurationsQueryDto,
  PromptDto,
  PromptLocationParamDto,
  PromptPageDto,
  PageQueryDto,
  RolloutDto,
  RolloutStateDto,
  UpdateConfigurationQueryDto,
  UpdatePromptDto,
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
import { contentOf, PROMPTS, toPromptDto } from './prompt-documents.js';

@ApiTags('prompts')
@ApiProblems('unauthenticated', 'forbidden', 'validation-failed')
@Controller('v1/prompts')
export class PromptsController {
  constructor(
    private readonly reader: ConfigurationReader,
    private readonly editor: ConfigurationEditor,
  ) {}

  @Get('by-location/:location')
  @ApiOperation({ summary: 'Fetch the prompt of a location', operationId: 'getPromptByLocation' })
  @ApiHeader({ name: 'If-None-Match', required: false, description: '304 when the ETag is still this one.' })
  @ApiOkResponse({ type: PromptDto })
  @ApiProblems('prompt-not-found')
  async fetch(
    @Caller() caller: Principal,
    @Param() { location }: PromptLocationParamDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string | undefined> {
    const bucket = bucketOf(request.headers[HEADERS.rolloutBucket], caller);
    return conditionally(request, reply, toPromptDto(await this.reader.fetch(PROMPTS, caller, location, bucket)));
  }

  @Get()
  @ApiOperation({ summary: 'List prompts', operationId: 'listPrompts' })
  @ApiOkResponse({ type: PromptPageDto })
  async list(@Caller() caller: Principal, @Query() query: ListConfigurationsQueryDto): Promise<PromptPageDto> {
    const { include_archived: includeArchived, limit } = query;
    const [after = null] = cursorOf(query.cursor, 1) ?? [];
    return toPage(await this.reader.list(PROMPTS, caller, { includeArchived, after, limit }), toPromptDto);
  }

  @Post()
  @UseInterceptors(CreateOnce)
  @ApiOperation({ summary: 'Create a prompt', operationId: 'createPrompt' })
  @ApiHeader({ name: 'Idempotency-Key', required: false })
  @ApiCreatedResponse({ type: PromptDto })
  @ApiProblems('conflict', 'idempotency-key-reused')
  async create(
    @Caller() caller: Principal,
    @Body() body: CreatePromptDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PromptDto> {
    const created = await this.editor.create(PROMPTS, caller, { id: body.id, content: contentOf(body) });
    return tagged(reply, toPromptDto(created));
  }

  @Get(':id')
  @ApiOperation({ summary: 'Look at a prompt', operationId: 'getPrompt' })
  @ApiHeader({ name: 'If-None-Match', required: false, description: '304 when the ETag is still this one.' })
  @ApiOkResponse({ type: PromptDto })
  @ApiProblems('prompt-not-found')
  async get(
    @Caller() caller: Principal,
    @Param() { id }: ConfigurationIdParamDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string | undefined> {
    return conditionally(request, reply, toPromptDto(await this.reader.get(PROMPTS, caller, id)));
  }

  @Put(':id')
  @ApiOperation({ summary: 'Make the next version of a prompt', operationId: 'updatePrompt' })
  @ApiHeader({
    name: 'If-Match',
    required: false,
    description: 'ETag the change is based on; a conflict when it is older.',
  })
  @ApiOkResponse({ type: PromptDto })
  @ApiProblems('prompt-not-found', 'conflict')
  async update(
    @Caller() caller: Principal,
    @Param() { id }: ConfigurationIdParamDto,
    @Query() { activate }: UpdateConfigurationQueryDto,
    @Body() body: UpdatePromptDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PromptDto> {
    refuseOtherId(body.id, id);
    const update = { content: contentOf(body), ifMatch: request.headers['if-match'], basedOn: body.version, activate };
    return tagged(reply, toPromptDto(await this.editor.update(PROMPTS, caller, id, update)));
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Archive a prompt', operationId: 'archivePrompt' })
  @ApiNoContentResponse()
  @ApiProblems('prompt-not-found')
  async archive(@Caller() caller: Principal, @Param() { id }: ConfigurationIdParamDto): Promise<void> {
    await this.editor.archive(PROMPTS, caller, id);
  }

  @Get(':id/versions')
  @ApiOperation({ summary: 'List the versions of a prompt, newest first', operationId: 'listPromptVersions' })
  @ApiOkResponse({ type: ConfigurationVersionPageDto })
  @ApiProblems('prompt-not-found')
  async versions(
    @Caller() caller: Principal,
    @Param() { id }: ConfigurationIdParamDto,
    @Query() { cursor, limit }: PageQueryDto,
  ): Promise<ConfigurationVersionPageDto> {
    const before = beforeVersion(cursor);
    return toVersionPage(PROMPTS, await this.reader.versions(PROMPTS, caller, id, { before, limit }));
  }

  @Post(':id/versions/:version/activate')
  @HttpCode(200)
  @ApiOperation({ summary: 'Serve a version to everybody', operationId: 'activatePromptVersion' })
  @ApiOkResponse({ type: PromptDto })
  @ApiProblems('prompt-not-found', 'version-not-found', 'conflict')
  async activate(
    @Caller() caller: Principal,
    @Param() { id, version }: ConfigurationVersionParamDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PromptDto> {
    return tagged(reply, toPromptDto(await this.editor.activate(PROMPTS, caller, id, version)));
  }

  @Put(':id/rollout')
  @ApiOperation({ summary: 'Serve a candidate version to some percent of the agents', operationId: 'rollOutPrompt' })
  @ApiOkResponse({ type: RolloutStateDto })
  @ApiProblems('prompt-not-found', 'version-not-found', 'conflict')
  async rollOut(
    @Caller() caller: Principal,
    @Param() { id }: ConfigurationIdParamDto,
    @Body() body: RolloutDto,
  ): Promise<RolloutStateDto> {
    return toRolloutStateDto(await this.editor.rollOut(PROMPTS, caller, id, rolloutOf(body)));
  }
}
