import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import {
  AgentDetailsDto,
  AgentDto,
  AgentIdParamDto,
  AgentPageDto,
  encodeCursor,
  EndInstanceQueryDto,
  HeartbeatDto,
  HeartbeatReplyDto,
  ListAgentsQueryDto,
  RegisterAgentDto,
  RegistrationDto,
} from '@agion/dto';
import { ApiProblems, Caller } from '@agion/service-kit';
import type { Principal } from '@agion/wire';
import type { FastifyReply } from 'fastify';
import { cursorOf } from '../cursor-of.js';
import {
  descriptionOf,
  filterOf,
  reportOf,
  toAgentDetailsDto,
  toAgentDto,
  toHeartbeatReplyDto,
  toRegistrationDto,
} from './agent-documents.js';
import { DEFAULT_INSTANCE } from './agent.js';
import { AgentsService } from './agents.service.js';
import { RegistrationService } from './registration.service.js';

@ApiTags('agents')
@ApiProblems('unauthenticated', 'forbidden', 'validation-failed')
@Controller('v1/agents')
export class AgentsController {
  constructor(
    private readonly agents: AgentsService,
    private readonly registrations: RegistrationService,
  ) {}

  @Post('register')
  @ApiOperation({
    summary: 'Register an agent',
    description: 'Idempotent: 201 the first time, 200 afterwards. In development mode no token is needed.',
    operationId: 'registerAgent',
  })
  @ApiCreatedResponse({ type: RegistrationDto })
  @ApiOkResponse({ type: RegistrationDto })
  @ApiProblems('forbidden', 'quota-exceeded', 'agent-retired', 'conflict')
  async register(
    @Caller() caller: Principal,
    @Body() body: RegisterAgentDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RegistrationDto> {
    const instanceId = body.instance_id ?? DEFAULT_INSTANCE;
    const registration = await this.registrations.register(caller, descriptionOf(body), instanceId);
    if (!registration.created) void reply.status(200);
    return toRegistrationDto(registration, caller.organization.slug);
  }

  @Get()
  @ApiOperation({ summary: 'Find agents', operationId: 'listAgents' })
  @ApiOkResponse({ type: AgentPageDto })
  async list(@Caller() caller: Principal, @Query() query: ListAgentsQueryDto): Promise<AgentPageDto> {
    const [after = null] = cursorOf(query.cursor, 1) ?? [];
    const { agents, next } = await this.agents.list(caller, filterOf(query), after, query.limit);
    return { items: agents.map(toAgentDto), next_cursor: next === null ? null : encodeCursor(next) };
  }

  @Get(':agent_id')
  @ApiOperation({ summary: 'Look at an agent', operationId: 'getAgent' })
  @ApiOkResponse({ type: AgentDetailsDto })
  @ApiProblems('agent-not-found')
  async get(@Caller() caller: Principal, @Param() { agent_id: agentId }: AgentIdParamDto): Promise<AgentDetailsDto> {
    const agent = await this.agents.get(caller, agentId);
    return toAgentDetailsDto(agent, await this.agents.policiesOf(caller, agentId));
  }

  @Post(':agent_id/heartbeat')
  @HttpCode(200)
  @ApiOperation({ summary: 'Extend the lease of an instance', operationId: 'heartbeatAgent' })
  @ApiOkResponse({ type: HeartbeatReplyDto })
  @ApiProblems('agent-not-found', 'not-found', 'agent-retired', 'conflict')
  async heartbeat(
    @Caller() caller: Principal,
    @Param() { agent_id: agentId }: AgentIdParamDto,
    @Body() body: HeartbeatDto,
  ): Promise<HeartbeatReplyDto> {
    const instanceId = body.instance_id ?? DEFAULT_INSTANCE;
    return toHeartbeatReplyDto(await this.agents.beat(caller, agentId, instanceId, reportOf(body)));
  }

  @Delete(':agent_id')
  @HttpCode(204)
  @ApiOperation({
    summary: 'End an instance',
    description: 'A graceful shutdown: the agent is offline when its last instance is gone. No token is revoked.',
    operationId: 'endAgentInstance',
  })
  @ApiNoContentResponse()
  @ApiProblems('agent-not-found', 'not-found')
  async end(
    @Caller() caller: Principal,
    @Param() { agent_id: agentId }: AgentIdParamDto,
    @Query() { instance_id: instanceId }: EndInstanceQueryDto,
  ): Promise<void> {
    await this.agents.end(caller, agentId, instanceId);
  }

  @Post(':agent_id/retire')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Retire an agent',
    description: 'For good: its tokens are revoked everywhere within two seconds and its id cannot register again.',
    operationId: 'retireAgent',
  })
  @ApiOkResponse({ type: AgentDto })
  @ApiProblems('agent-not-found')
  async retire(@Caller() caller: Principal, @Param() { agent_id: agentId }: AgentIdParamDto): Promise<AgentDto> {
    return toAgentDto(await this.agents.retire(caller, agentId));
  }
}
