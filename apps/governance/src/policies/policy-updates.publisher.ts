import { Channels } from '@agion/messaging';
import { LOGGER } from '@agion/service-kit';
import { CHANNELS, channelKey, type PolicyBeacon, type PolicyNotice } from '@agion/wire';
import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';

/** Says that policies have changed, and each second where they are. */
@Injectable()
export class PolicyUpdatesPublisher {
  constructor(
    private readonly channels: Channels,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Publishes once, after the commit. Whoever misses it learns of the revision from the next beacon. */
  async changed(slug: string, revision: number, agents: string[]): Promise<void> {
    const notice: PolicyNotice = { type: 'policy.updated', revision, agents };
    try {
      await this.channels.publish(channelKey(slug, CHANNELS.policyUpdates), notice);
    } catch (error) {
      this.logger.warn({ err: error, organization: slug, revision }, 'change of a policy could not be announced');
    }
  }

  async beacon(slug: string, { revision, epoch }: PolicyBeacon): Promise<void> {
    try {
      await this.channels.publish(channelKey(slug, CHANNELS.policyBeacon), { revision, epoch } satisfies PolicyBeacon);
    } catch (error) {
      this.logger.debug({ err: error, organization: slug }, 'policy beacon could not be published');
    }
  }
}
