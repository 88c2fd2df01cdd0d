import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Channels } from '@agion/messaging';
import {
  CHANNELS,
  channelKey,
  DEFAULT_ORGANIZATION,
  DEFAULT_SETTINGS,
  type Organization,
  type OrganizationSettings,
  type Principal,
} from '@agion/wire';
import type { Logger } from 'pino';
import { ServiceClient } from '../http/service-client.js';
import { LOGGER } from '../logging/logger-token.js';
import { SERVICE, type ServiceFacts } from '../service-facts.js';

/** Milliseconds between two looks at the registry, for those who miss a notice. */
const REFRESH_INTERVAL = 5_000;

interface Known {
  readonly organization: Organization;
  readonly settings: OrganizationSettings;
}

type Listed = Organization & { readonly settings?: OrganizationSettings };

/**
 * The organizations there are, with what they have chosen. The default one is known from the start; the others come from the
 * registry, at once when it says that something has changed, and stay known while it is away.
 */
@Injectable()
export class OrganizationDirectory implements OnApplicationBootstrap, OnModuleDestroy {
  private bySlug = new Map([knownOf(DEFAULT_ORGANIZATION)]);
  private readonly listeners: (() => void)[] = [];
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private again = false;
  private stopped = false;
  private stopListening: (() => void) | undefined;

  constructor(
    @Inject(SERVICE) private readonly service: ServiceFacts,
    private readonly client: ServiceClient,
    private readonly channels: Channels,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  all(): Organization[] {
    return [...this.bySlug.values()].map(({ organization }) => organization);
  }

  find(slug: string): Organization | undefined {
    return this.bySlug.get(slug)?.organization;
  }

  /** As they were seconds ago at most, while the registry answers; those nobody has changed for an organization not known yet. */
  settingsOf(slug: string): OrganizationSettings {
    return this.bySlug.get(slug)?.settings ?? DEFAULT_SETTINGS;
  }

  /** Tells whenever the registry has been asked, whether or not something is different. */
  onRefreshed(listener: () => void): void {
    this.listeners.push(listener);
  }

  onApplicationBootstrap(): void {
    this.stopListening = this.channels.subscribe(channelKey(DEFAULT_ORGANIZATION.slug, CHANNELS.control), {
      notice: (payload) => {
        if ((payload as { type?: unknown } | null)?.type === 'organizations.changed') this.refresh();
      },
      onReady: () => this.refresh(),
    });
    this.refresh();
  }

  onModuleDestroy(): void {
    this.stopped = true;
    this.stopListening?.();
    clearTimeout(this.timer);
  }

  /** One question at a time; what is heard meanwhile asks once more, as its answer may be missing from the one under way. */
  private refresh(): void {
    if (this.stopped) return;
    if (this.running) {
      this.again = true;
      return;
    }
    clearTimeout(this.timer);
    this.running = this.ask().finally(() => {
      this.running = undefined;
      if (this.again) {
        this.again = false;
        this.refresh();
      } else if (!this.stopped) this.timer = setTimeout(() => this.refresh(), REFRESH_INTERVAL).unref();
    });
  }

  private async ask(): Promise<void> {
    try {
      const { items } = await this.client.call<{ items: Listed[] }>('registry', {
        path: '/internal/organizations',
        principal: this.self(),
      });
      this.bySlug = new Map([DEFAULT_ORGANIZATION, ...items].map(knownOf));
    } catch (error) {
      this.logger.debug({ err: error }, 'organizations could not be refreshed');
      return;
    }
    for (const listener of this.listeners) listener();
  }

  private self(): Principal {
    return { kind: 'service', subject: this.service.name, organization: DEFAULT_ORGANIZATION, role: null, groups: [] };
  }
}

/** A registry of another release may not know of all settings. */
const knownOf = ({ id, slug, settings }: Listed): [string, Known] => [
  slug,
  { organization: { id, slug }, settings: { ...DEFAULT_SETTINGS, ...settings } },
];
