import { Channels } from '@agion/messaging';
import { CHANNELS, channelKey, type Organization } from '@agion/wire';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';

/** Hears what other replicas have changed. Only a hint: the beat looks each second. */
@Injectable()
export class PolicyUpdatesConsumer implements OnModuleDestroy {
  private readonly heard = new Map<string, () => void>();

  constructor(private readonly channels: Channels) {}

  /**
   * Begins to listen for an organization; does nothing when it is heard already.
   * @param changed told the revision, or undefined when notices may have been missed
   */
  hear(organization: Organization, changed: (revision: number | undefined) => void): void {
    if (this.heard.has(organization.slug)) return;
    const stop = this.channels.subscribe(channelKey(organization.slug, CHANNELS.policyUpdates), {
      notice: (payload) => {
        const revision = (payload as { revision?: unknown } | null)?.revision;
        if (Number.isSafeInteger(revision)) changed(revision as number);
      },
      onReady: () => changed(undefined),
    });
    this.heard.set(organization.slug, stop);
  }

  onModuleDestroy(): void {
    for (const stop of this.heard.values()) stop();
    this.heard.clear();
  }
}
