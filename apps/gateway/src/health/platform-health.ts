import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Agent } from 'undici';
import { SERVICE, serviceUrl, type CalledService, type ServiceFacts } from '@agion/service-kit';
import { GatewaySettings } from '../gateway.config.js';
import type { PlatformHealthDto } from './platform-health.dto.js';

/** Milliseconds a service has to say that it is alive. */
const TIMEOUT_MS = 500;
/** Milliseconds a report serves everybody who asks. */
const REPORT_MS = 1_000;
const BEHIND: readonly CalledService[] = ['registry', 'coordination', 'governance', 'execution'];

/** Asks all services at once, at most once a second however many ask here. */
@Injectable()
export class PlatformHealth implements OnApplicationShutdown {
  private readonly agent = new Agent({ connections: 2, connect: { timeout: TIMEOUT_MS } });
  private latest: { report: Promise<PlatformHealthDto>; until: number } | undefined;

  constructor(
    @Inject(SERVICE) private readonly self: ServiceFacts,
    private readonly settings: GatewaySettings,
  ) {}

  report(): Promise<PlatformHealthDto> {
    const now = performance.now();
    if (!this.latest || this.latest.until <= now) this.latest = { report: this.ask(), until: now + REPORT_MS };
    return this.latest.report;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.agent.close();
  }

  private async ask(): Promise<PlatformHealthDto> {
    const states = await Promise.all(BEHIND.map(async (service) => [service, await this.stateOf(service)] as const));
    const healthy = states.every(([, state]) => state === 'healthy');
    return {
      status: healthy ? 'healthy' : 'degraded',
      service: this.self.name,
      version: this.self.version,
      services: Object.fromEntries(states),
    };
  }

  private async stateOf(service: CalledService): Promise<'healthy' | 'unreachable'> {
    try {
      const { statusCode, body } = await this.agent.request({
        origin: serviceUrl(this.settings, service),
        path: '/health',
        method: 'GET',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      await body.dump();
      return statusCode === 200 ? 'healthy' : 'unreachable';
    } catch {
      return 'unreachable';
    }
  }
}
