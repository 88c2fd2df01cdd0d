import { Body, Controller, Param, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { AgentIdParamDto, ContainerIdParamDto, IssuedTokenDto, IssueTokenDto } from '@agion/dto';
import { ApiProblems, Caller } from '@agion/service-kit';
import type { Principal } from '@agion/wire';
import { CredentialsService, type TokenRequest } from './credentials.service.js';
import { toIssuedTokenDto } from './issued-token.js';

@ApiTags('agents')
@ApiProblems('unauthenticated', 'forbidden', 'validation-failed')
@Controller('v1')
export class TokensController {
  constructor(private readonly credentials: CredentialsService) {}

  @Post('agents/:agent_id/token')
  @ApiOperation({ summary: 'Issue or rotate the token of an agent', operationId: 'issueAgentToken' })
  @ApiCreatedResponse({ type: IssuedTokenDto })
  @ApiProblems('agent-not-found', 'agent-retired')
  async forAgent(
    @Caller() caller: Principal,
    @Param() { agent_id: agentId }: AgentIdParamDto,
    @Body() body: IssueTokenDto,
  ): Promise<IssuedTokenDto> {
    return toIssuedTokenDto(await this.credentials.issueForAgent(caller, agentId, requestOf(body)));
  }

  @Post('containers/:container_id/tokens')
  @ApiOperation({
    summary: 'Issue or rotate the token of a container',
    description: 'A container’s token speaks for every agent `container_id:*` and is shared by its replicas.',
    operationId: 'issueContainerToken',
  })
  @ApiCreatedResponse({ type: IssuedTokenDto })
  async forContainer(
    @Caller() caller: Principal,
    @Param() { container_id: containerId }: ContainerIdParamDto,
    @Body() body: IssueTokenDto,
  ): Promise<IssuedTokenDto> {
    return toIssuedTokenDto(await this.credentials.issueForContainer(caller, containerId, requestOf(body)));
  }
}

const requestOf = ({ expires_in_seconds, overlap_seconds, scopes }: IssueTokenDto): TokenRequest => ({
  lifetimeSeconds: expires_in_seconds ?? null,
  overlapSeconds: overlap_seconds ?? null,
  scopes: scopes ?? null,
});
