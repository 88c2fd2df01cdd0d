import { hearNotices, type Logger, SILENT_LOGGER, type TopicHub } from '@agion/messaging';
import { CHANNELS, channelKey } from '@agion/wire';
import type { Clock } from '../clock.js';
import { ConfigurationCache } from './configuration-cache.js';
import type { ConfigurationClient } from './configuration.client.js';
import type { ConfigurationKind, ConfigurationKinds } from './configuration.js';

export interface ConfigurationsOptions {
  readonly client: ConfigurationClient;
  /** Milliseconds a configuration is taken for current. */
  readonly ttlMs: number;
  readonly clock?: Clock;
  readonly logger?: Logger;
}

type Caches = { [Kind in ConfigurationKind]: ConfigurationCache<ConfigurationKinds[Kind]> };

/** The prompts, models and resources an agent works with. */
export class Configurations {
  private readonly caches: Caches;
  private readonly logger: Logger;

  constructor(options: ConfigurationsOptions) {
    const { client, ttlMs, clock, logger = SILENT_LOGGER } = options;
    const cache = <Kind extends ConfigurationKind>(kind: Kind): ConfigurationCache<ConfigurationKinds[Kind]> =>
      new ConfigurationCache({
        fetch: (key, etag) => client.fetch(kind, key, etag),
        ttlMs,
        logger,
        ...(clock && { clock }),
      });
    this.logger = logger;
    this.caches = { prompt: cache('prompt'), model: cache('model'), resource: cache('resource') };
  }

  /** @throws NotFoundError, ApiError, ConnectionError, TimeoutError when nothing is known under this key */
  get<Kind extends ConfigurationKind>(kind: Kind, key: string): Promise<ConfigurationKinds[Kind]> {
    return this.caches[kind].get(key);
  }

  /** How many of each are in memory. */
  get sizes(): Record<`${ConfigurationKind}s`, number> {
    const { prompt, model, resource } = this.caches;
    return { prompts: prompt.size, models: model.size, resources: resource.size };
  }

  /** Versions in use, by `kind:key`: what a heartbeat tells. */
  get versions(): Record<string, number> {
    return Object.fromEntries(
      Object.entries(this.caches).flatMap(([kind, cache]) =>
        Object.entries(cache.versions).map(([key, version]) => [`${kind}:${key}`, version] as const),
      ),
    );
  }

  /** Listens for changes, so that they are not first seen when the time to live ends. @returns the function that ends it */
  hear(hub: TopicHub, organization: string): () => void {
    const handlers = {
      notice: (payload: unknown) => this.heard(payload),
      onReady: () => Object.values(this.caches).forEach((cache) => cache.dropAll()),
    };
    return hearNotices(hub, channelKey(organization, CHANNELS.configUpdates), handlers, this.logger);
  }

  private heard(payload: unknown): void {
    const { type, key, version } = (payload ?? {}) as { type?: unknown; key?: unknown; version?: unknown };
    const kind = typeof type === 'string' ? type.replace(/\.updated$/, '') : '';
    if (!Object.hasOwn(this.caches, kind) || typeof key !== 'string') return;
    this.caches[kind as ConfigurationKind].drop(key, Number(version));
  }
}
