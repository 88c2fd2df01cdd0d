import { Channels } from '@agion/messaging';
import { LOGGER } from '@agion/service-kit';
import { CHANNELS, channelKey, type ConfigNotice } from '@agion/wire';
import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import type { ConfigurationDocument, ConfigurationKind } from './configuration.js';

/** Says that what agents are served has changed. */
@Injectable()
export class ConfigUpdatesPublisher {
  constructor(
    private readonly channels: Channels,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Publishes once, after the commit. Whoever misses it finds out when its cache ends. */
  async updated(slug: string, kind: ConfigurationKind, { id, key, version }: ConfigurationDocument): Promise<void> {
    const notice: ConfigNotice = { type: `${kind.name}.updated`, id, key, version };
    try {
      await this.channels.publish(channelKey(slug, CHANNELS.configUpdates), notice);
    } catch (error) {
      this.logger.warn({ err: error, organization: slug, kind: kind.name }, 'change could not be announced');
    }
  }
}
