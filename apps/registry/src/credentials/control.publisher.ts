import { Channels } from '@agion/messaging';
import { LOGGER } from '@agion/service-kit';
import {
  type AgentsNotice,
  CHANNELS,
  channelKey,
  type ControlNotice,
  DEFAULT_ORGANIZATION,
  type OrganizationsNotice,
} from '@agion/wire';
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
    if (keyIds.length > 0) await this.tell(slug, { type: 'credentials.revoked', credential_ids: [...keyIds] });
  }

  /** Publishes after the commit: the agent is new, another build, somebody else's, retired, or its keys are others. Who misses it asks after seconds. */
  async agentChanged(slug: string, agentId: string): Promise<void> {
    await this.tell(slug, { type: 'agents.changed', agent_ids: [agentId] });
  }

  /** Publishes after the commit. Whoever misses it asks for the organizations by himself within seconds. */
  async organizationsChanged(): Promise<void> {
    await this.tell(DEFAULT_ORGANIZATION.slug, { type: 'organizations.changed' });
  }

  private async tell(slug: string, notice: ControlNotice | AgentsNotice | OrganizationsNotice): Promise<void> {
    try {
      await this.channels.publish(channelKey(slug, CHANNELS.control), notice);
    } catch (error) {
      this.logger.warn({ err: error, organization: slug, notice: notice.type }, 'a notice could not be published');
    }
  }
}
