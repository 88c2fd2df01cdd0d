import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { PlatformHealthDto } from './platform-health.dto.js';
import { PlatformHealth } from './platform-health.js';

@ApiTags('platform')
@Controller()
export class HealthController {
  constructor(private readonly platform: PlatformHealth) {}

  @Get('health')
  @ApiOperation({
    summary: 'Whether the gateway turns, and whether the services behind it do',
    description: 'Always 200 while the gateway itself works; `degraded` says that a service does not answer.',
    operationId: 'getHealth',
  })
  @ApiOkResponse({ type: PlatformHealthDto })
  health(): Promise<PlatformHealthDto> {
    return this.platform.report();
  }
}
