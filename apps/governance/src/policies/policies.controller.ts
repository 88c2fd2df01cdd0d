import {
  PoliciesQueryDto,
  PolicyDeltaDto,
  PolicyDocumentDto,
  PolicyDto,
  PolicyIdParamDto,
  PolicyPageDto,
  PolicySyncDto,
  PolicyTestReportDto,
  PolicyValidationDto,
  PolicyVersionPageDto,
  PolicyVersionParamDto,
  TestPoliciesDto,
  UpdateConfigurationQueryDto,
  PageQueryDto,
} from '@agion/dto';
import { ApiProblems, Caller, etagOf, requireRole, TakesYaml } from '@agion/service-kit';
import type { Principal } from '@agion/wire';
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
  ApiBody,
  ApiCreatedResponse,
  ApiExtraModels,
  ApiHeader,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  getSchemaPath,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CreateOnce } from '../idempotency/create-once.interceptor.js';
import { afterId, answered, beforeVersion, pageOf, refuseMixture } from './policy-answers.js';
import { toPolicyDto, toPolicyTestReportDto, toPolicyVersionDto } from './policy-documents.js';
import { PolicyEditor } from './policy-editor.service.js';
import { PolicyNotFoundError } from './policies.errors.js';
import { PolicyReadsStore } from './policy-reads.store.js';
import { PolicySync } from './policy-sync.service.js';
import { PolicyTester } from './policy-tester.service.js';

@ApiTags('policies')
@ApiProblems('unauthenticated', 'forbidden', 'validation-failed')
@Controller('v1/policies')
export class PoliciesController {
  constructor(
    private readonly store: PolicyReadsStore,
    private readonly editor: PolicyEditor,
    private readonly sync: PolicySync,
    private readonly tester: PolicyTester,
  ) {}

  @Get()
  @ApiOperation({
    operationId: 'listPolicies',
    summary: 'List policies, or fetch what an agent decides by',
    description:
      'With `agent_id` the sync document of that agent: never paged, and with `since` only what has changed. An agent asks for itself, a container for its agents, people for any. Without it a page in the order of ids.',
  })
  @IfNoneMatch()
  @ApiExtraModels(PolicySyncDto, PolicyDeltaDto, PolicyPageDto)
  @ApiOkResponse({
    schema: { oneOf: [PolicySyncDto, PolicyDeltaDto, PolicyPageDto].map((dto) => ({ $ref: getSchemaPath(dto) })) },
  })
  @ApiProblems('revision-gone')
  async list(
    @Caller() caller: Principal,
    @Query() query: PoliciesQueryDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string | undefined | PolicyPageDto> {
    refuseMixture(query);
    const { agent_id: agentId, since, status, tier, cursor, limit } = query;
    if (agentId !== undefined) return answered(request, reply, await this.sync.document(caller, agentId, since));
    requireRole(caller, 'viewer');
    const search = { status, tier, after: afterId(cursor), limit: limit + 1 };
    const found = await this.store.list(caller.organization.id, search);
    return pageOf(found, limit, ({ id }) => id, toPolicyDto);
  }

  @Post()
  @TakesYaml()
  @UseInterceptors(CreateOnce)
  @ApiOperation({ operationId: 'createPolicy', summary: 'Create a policy' })
  @ApiHeader({ name: 'Idempotency-Key', required: false })
  @ApiBody({ type: PolicyDocumentDto })
  @ApiCreatedResponse({ type: PolicyDto })
  @ApiProblems('conflict', 'idempotency-key-reused')
  async create(
    @Caller() caller: Principal,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PolicyDto> {
    return tagged(reply, toPolicyDto(await this.editor.create(caller, body)));
  }

  @Post('validate')
  @TakesYaml()
  @HttpCode(200)
  @ApiOperation({
    operationId: 'validatePolicy',
    summary: 'Check a document without keeping it',
    description:
      'A document that would be refused gets the problem that creating it would meet: every fault with its pointer and, inside a condition, its line and column.',
  })
  @ApiBody({ type: PolicyDocumentDto })
  @ApiOkResponse({ type: PolicyValidationDto })
  async validate(@Caller() caller: Principal, @Body() body: unknown): Promise<PolicyValidationDto> {
    requireRole(caller, 'viewer');
    await this.editor.accept(caller, body);
    return { valid: true };
  }

  @Post('test')
  @TakesYaml()
  @HttpCode(200)
  @ApiOperation({
    operationId: 'testPolicies',
    summary: 'Try policies on requests that nobody makes',
    description:
      'Tests against a policy by itself, as when it is created, or against what is in force, with it or without. Nothing is kept. A test that fails is an answer, not an error.',
  })
  @ApiBody({ type: TestPoliciesDto })
  @ApiOkResponse({ type: PolicyTestReportDto })
  async test(@Caller() caller: Principal, @Body() body: unknown): Promise<PolicyTestReportDto> {
    return toPolicyTestReportDto(await this.tester.run(caller, body));
  }

  @Get(':id')
  @ApiOperation({ operationId: 'getPolicy', summary: 'Look at a policy' })
  @IfNoneMatch()
  @ApiOkResponse({ type: PolicyDto })
  @ApiProblems('policy-not-found')
  async get(
    @Caller() caller: Principal,
    @Param() { id }: PolicyIdParamDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string | undefined> {
    requireRole(caller, 'viewer');
    const found = await this.store.find(caller.organization.id, id);
    if (!found) throw new PolicyNotFoundError(id);
    const text = JSON.stringify(toPolicyDto(found));
    return answered(request, reply, { text, etag: etagOf(text) });
  }

  @Put(':id')
  @TakesYaml()
  @ApiOperation({ operationId: 'updatePolicy', summary: 'Make the next version of a policy' })
  @ApiHeader({
    name: 'If-Match',
    required: false,
    description: 'ETag the change is based on; a conflict when it is older.',
  })
  @ApiBody({ type: PolicyDocumentDto })
  @ApiOkResponse({ type: PolicyDto })
  @ApiProblems('policy-not-found', 'conflict')
  async update(
    @Caller() caller: Principal,
    @Param() { id }: PolicyIdParamDto,
    @Query() { activate }: UpdateConfigurationQueryDto,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PolicyDto> {
    const update = { body, ifMatch: request.headers['if-match'], activate };
    return tagged(reply, toPolicyDto(await this.editor.update(caller, id, update)));
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ operationId: 'archivePolicy', summary: 'Archive a policy' })
  @ApiNoContentResponse()
  @ApiProblems('policy-not-found')
  async archive(@Caller() caller: Principal, @Param() { id }: PolicyIdParamDto): Promise<void> {
    await this.editor.archive(caller, id);
  }

  @Get(':id/versions')
  @ApiOperation({ operationId: 'listPolicyVersions', summary: 'List the versions of a policy, newest first' })
  @ApiOkResponse({ type: PolicyVersionPageDto })
  @ApiProblems('policy-not-found')
  async versions(
    @Caller() caller: Principal,
    @Param() { id }: PolicyIdParamDto,
    @Query() { cursor, limit }: PageQueryDto,
  ): Promise<PolicyVersionPageDto> {
    requireRole(caller, 'viewer');
    const before = beforeVersion(cursor);
    const found = await this.store.versions(caller.organization.id, id, { before, limit: limit + 1 });
    if (found.length === 0 && before === null) throw new PolicyNotFoundError(id);
    return pageOf(found, limit, ({ version }) => String(version), toPolicyVersionDto);
  }

  @Post(':id/versions/:version/activate')
  @HttpCode(200)
  @ApiOperation({ operationId: 'activatePolicyVersion', summary: 'Put a version of a policy in force' })
  @ApiOkResponse({ type: PolicyDto })
  @ApiProblems('policy-not-found', 'version-not-found', 'conflict')
  async activate(
    @Caller() caller: Principal,
    @Param() { id, version }: PolicyVersionParamDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PolicyDto> {
    return tagged(reply, toPolicyDto(await this.editor.activate(caller, id, version)));
  }
}

/** Answers a change with the ETag the next one may be based on. */
function tagged(reply: FastifyReply, dto: PolicyDto): PolicyDto {
  void reply.header('etag', etagOf(JSON.stringify(dto)));
  return dto;
}

function IfNoneMatch(): MethodDecorator {
  return ApiHeader({ name: 'If-None-Match', required: false, description: '304 when the ETag is still this one.' });
}
