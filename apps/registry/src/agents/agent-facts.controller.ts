import { Controller, Get, Param } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { AgentDto, AgentIdParamDto } from '@agion/dto';
import { Caller, InternalFor } from '@agion/service-kit';
import { SERVICES, type Principal } from '@agion/wire';
import { toAgentDto } from './agent-documents.js';
import { AgentsService } from './agents.service.js';

/** What is known of an agent, for the services that decide about it. */
@ApiExcludeController()
@InternalFor(...SERVICES)
@Controller('internal/agents')
export class AgentFactsController {
  constructor(private readonly agents: AgentsService) {}

  @Get(':agent_id')
  async get(@Caller() caller: Principal, @Param() { agent_id: agentId }: AgentIdParamDto): Promise<AgentDto> {
    return toAgentDto(await this.agents.get(caller, agentId));
  }
}
