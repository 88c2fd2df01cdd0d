import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Channels } from '@agion/messaging';
import { CHANNELS, channelKey } from '@agion/wire';

type RevokedListener = (slug: string, credentialIds: ReadonlySet<string> | null) => void;
type ConfigurationListener = (slug: string) => void;

/**
 * Hears `agion:control` and `agion:config:updates` of every organization that has been seen here. A notice is a hint: whoever
 * listens also forgets by himself after seconds, and forgets at once whenever listening begins (again).
 */
@Injectable()
export class OrganizationNotices implements OnModuleDestroy {
  private readonly watched = new Map<string, () => void>();
  private readonly revokedListeners: RevokedListener[] = [];
  private readonly configurationListeners: ConfigurationListener[] = [];

  constructor(private readonly channels: Channels) {}

  /** Credentials were revoked; `null` instead of their ids when notices may have been missed. */
  onRevoked(listener: RevokedListener): void {
    this.revokedListeners.push(listener);
  }

  /** A prompt, model or resource of the organization has changed, or may have. */
  onConfigurationChanged(listener: ConfigurationListener): void {
    this.configurationListeners.push(listener);
  }

  /** Begins to listen for an organization; does nothing when it is heard already. */
  watch(slug: string): void {
    if (this.watched.has(slug)) return;
    const stopControl = this.channels.subscribe(channelKey(slug, CHANNELS.control), {
      notice: (payload) => this.revoked(slug, payload),
      onReady: () => this.revokedListeners.forEach((tell) => tell(slug, null)),
    });
    const stopConfiguration = this.channels.subscribe(channelKey(slug, CHANNELS.configUpdates), {
      notice: () => this.changed(slug),
      onReady: () => this.changed(slug),
    });
    this.watched.set(slug, () => {
      stopControl();
      stopConfiguration();
    });
  }

  onModuleDestroy(): void {
    for (const stop of this.watched.values()) stop();
    this.watched.clear();
  }

  private revoked(slug: string, payload: unknown): void {
    const ids = (payload as { credential_ids?: unknown } | null)?.credential_ids;
    if (!Array.isArray(ids)) return; // another kind of control notice
    const revoked = new Set(ids.filter((id): id is string => typeof id === 'string'));
    this.revokedListeners.forEach((tell) => tell(slug, revoked));
  }

  private changed(slug: string): void {
    this.configurationListeners.forEach((tell) => tell(slug));
  }
}
