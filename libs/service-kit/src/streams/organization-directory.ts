import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { DEFAULT_ORGANIZATION, type Organization, type Principal } from '@agion/wire';
import type { Logger } from 'pino';
import { ServiceClient } from '../http/service-client.js';
import { LOGGER } from '../logging/logger-token.js';
import { SERVICE, type ServiceFacts } from '../service-facts.js';

/** Milliseconds between two looks at the registry. */
const REFRESH_INTERVAL = 10_000;

/**
 * The organizations whose streams are consumed. The default one is known from the start; the others come from the registry,
 * and stay known while it is away.
 */
@Injectable()
export class OrganizationDirectory implements OnApplicationBootstrap, OnModuleDestroy {
  private bySlug = new Map<string, Organization>([[DEFAULT_ORGANIZATION.slug, DEFAULT_ORGANIZATION]]);
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(
    @Inject(SERVICE) private readonly service: ServiceFacts,
    private readonly client: ServiceClient,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  all(): Organization[] {
    return [...this.bySlug.values()];
  }

  find(slug: string): Organization | undefined {
    return this.bySlug.get(slug);
  }

  onApplicationBootstrap(): void {
    void this.refresh();
  }

  onModuleDestroy(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  private async refresh(): Promise<void> {
    try {
      const { items } = await this.client.call<{ items: Organization[] }>('registry', {
        path: '/internal/organizations',
        principal: this.self(),
      });
      this.bySlug = new Map([DEFAULT_ORGANIZATION, ...items].map((organization) => [organization.slug, organization]));
    } catch (error) {
      this.logger.debug({ err: error }, 'organizations could not be refreshed');
    }
    if (!this.stopped) this.timer = setTimeout(() => void this.refresh(), REFRESH_INTERVAL).unref();
  }

  private self(): Principal {
    return { kind: 'service', subject: this.service.name, organization: DEFAULT_ORGANIZATION, role: null, groups: [] };
  }
}
