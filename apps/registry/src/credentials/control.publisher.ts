import { Channels } from '@agion/messaging';
import { LOGGER } from '@agion/service-kit';
import { CHANNELS, channelKey, type ControlNotice } from '@agion/wire';
import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';

/** Tells whoever remembers verified credentials to forget some. */
@Injectable()
export class ControlPublisher {
  constructor(
    private readonly channels: Channels,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Publishes after the commit. A lost notice only costs the two seconds that verified credentials are remembered. */
  async revoked(slug: string, keyIds: readonly string[]): Promise<void> {
    if (keyIds.length === 0) return;
    const notice: ControlNotice = { type: 'credentials.revoked', credential_ids: [...keyIds] };
    try {
      await this.channels.publish(channelKey(slug, CHANNELS.control), notice);
    } catch (error) {
      this.logger.warn({ err: error, organization: slug }, 'revocation could not be announced');
    }
  }
}
