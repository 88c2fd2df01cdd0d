import { AgentIdParamDto, RotateStreamKeyDto, StreamKeyDto } from '@agion/dto';
import { ApiProblems, Caller } from '@agion/service-kit';
import type { Principal } from '@agion/wire';
import { Body, Controller, Get, Header, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { StreamKeysService, type StreamKey } from './stream-keys.service.js';

@ApiTags('agents')
@ApiProblems('unauthenticated', 'forbidden', 'validation-failed', 'agent-not-found', 'agent-retired')
@Controller('v1/agents/:agent_id/stream-key')
export class StreamKeysController {
  constructor(private readonly streamKeys: StreamKeysService) {}

  @Get()
  @Header('cache-control', 'no-store')
  @ApiOperation({
    summary: 'Get the key an agent signs its stream entries with',
    description: 'The same that its registration answers.',
    operationId: 'getStreamKey',
  })
  @ApiOkResponse({ type: StreamKeyDto })
  async get(@Caller() caller: Principal, @Param() { agent_id: agentId }: AgentIdParamDto): Promise<StreamKeyDto> {
    return toStreamKeyDto(await this.streamKeys.current(caller, agentId));
  }

  @Post()
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  @ApiOperation({ summary: 'Rotate the key an agent signs its stream entries with', operationId: 'rotateStreamKey' })
  @ApiOkResponse({ type: StreamKeyDto })
  async rotate(
    @Caller() caller: Principal,
    @Param() { agent_id: agentId }: AgentIdParamDto,
    @Body() { overlap_seconds: overlap }: RotateStreamKeyDto,
  ): Promise<StreamKeyDto> {
    return toStreamKeyDto(await this.streamKeys.rotate(caller, agentId, overlap ?? null));
  }
}

const toStreamKeyDto = ({ key, generation, previousUntil }: StreamKey): StreamKeyDto => ({
  stream_key: key,
  generation,
  previous_until: previousUntil?.toISOString() ?? null,
});
