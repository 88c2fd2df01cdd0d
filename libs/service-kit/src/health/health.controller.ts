import { Controller, Get, Inject, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Open } from '../identity/caller.js';
import { SERVICE, type ServiceFacts } from '../service-facts.js';
import { Readiness } from './readiness.js';

/** Liveness says only that the process turns; readiness says whether it can work. The public door answers the former itself. */
@ApiExcludeController()
@Open()
@Controller()
export class HealthController {
  constructor(@Inject(SERVICE) private readonly service: ServiceFacts) {}

  @Get('health')
  health(): { status: string; service: string; version: string } {
    return { status: 'healthy', service: this.service.name, version: this.service.version };
  }
}

@ApiExcludeController()
@Open()
@Controller()
export class ReadinessController {
  constructor(
    @Inject(SERVICE) private readonly service: ServiceFacts,
    private readonly readiness: Readiness,
  ) {}

  @Get('readiness')
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<object> {
    const report = await this.readiness.report();
    if (report.status !== 'ready') void reply.status(503);
    return { ...report, service: this.service.name, version: this.service.version };
  }
}
