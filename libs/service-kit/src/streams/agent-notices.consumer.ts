import { Channels } from '@agion/messaging';
import { CHANNELS, channelKey, type Organization } from '@agion/wire';
import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { OrganizationDirectory } from './organization-directory.js';

/** @param agentIds `null` when notices of the organization may have been missed */
type Listener = (organizationId: string, agentIds: readonly string[] | null) => void;

/**
 * Hears on `agion:control` of every organization which agents have changed in a way that those who decide about them, or believe what
 * they sign, must know at once. A notice is a hint: whoever listens also asks anew after seconds.
 */
@Injectable()
export class AgentNotices implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly heard = new Map<string, () => void>();
  private readonly listeners: Listener[] = [];
  private stopped = false;

  constructor(
    private readonly channels: Channels,
    private readonly directory: OrganizationDirectory,
  ) {
    directory.onRefreshed(() => this.hearAll());
  }

  onChanged(listener: Listener): void {
    this.listeners.push(listener);
  }

  onApplicationBootstrap(): void {
    this.hearAll();
  }

  onModuleDestroy(): void {
    this.stopped = true;
    for (const stop of this.heard.values()) stop();
    this.heard.clear();
  }

  private hearAll(): void {
    if (!this.stopped) for (const organization of this.directory.all()) this.hear(organization);
  }

  private hear({ id, slug }: Organization): void {
    if (this.heard.has(slug)) return;
    const stop = this.channels.subscribe(channelKey(slug, CHANNELS.control), {
      notice: (payload) => {
        const agentIds = changedIn(payload);
        if (agentIds) this.tell(id, agentIds);
      },
      onReady: () => this.tell(id, null),
    });
    this.heard.set(slug, stop);
  }

  private tell(organizationId: string, agentIds: readonly string[] | null): void {
    for (const listener of this.listeners) listener(organizationId, agentIds);
  }
}

function changedIn(payload: unknown): string[] | null {
  const { type, agent_ids: ids } = (payload ?? {}) as { type?: unknown; agent_ids?: unknown };
  if (type !== 'agents.changed' || !Array.isArray(ids)) return null; // another kind of control notice
  return ids.filter((id): id is string => typeof id === 'string');
}
