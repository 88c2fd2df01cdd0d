import { Controller, Get, Param } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { AgentDto, AgentIdParamDto } from '@agion/dto';
import { Caller, InternalFor } from '@agion/service-kit';
import { SERVICES, type Principal } from '@agion/wire';
import { toAgentDto } from './agent-documents.js';
import { AgentsService } from './agents.service.js';

/** The public document, and which of the agent's stream keys count. */
interface AgentFacts extends AgentDto {
  stream_key_generation: number;
  previous_stream_key_until: string | null;
}

/** What is known of an agent, for the services that decide about it. */
@ApiExcludeController()
@InternalFor(...SERVICES)
@Controller('internal/agents')
export class AgentFactsController {
  constructor(private readonly agents: AgentsService) {}

  @Get(':agent_id')
  async get(@Caller() caller: Principal, @Param() { agent_id: agentId }: AgentIdParamDto): Promise<AgentFacts> {
    const agent = await this.agents.get(caller, agentId);
    return {
      ...toAgentDto(agent),
      stream_key_generation: agent.streamKeyGeneration,
      previous_stream_key_until: agent.previousStreamKeyUntil?.toISOString() ?? null,
    };
  }
}
