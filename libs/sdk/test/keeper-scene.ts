import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { GatewayClient } from '../src/http/gateway.client.js';
import { PolicyKeeper, type PolicyKeeperOptions } from '../src/policies/policy-keeper.js';
import type { SdkEvent } from '../src/sdk-events.js';
import { OWNER, PolicyServer } from './policy-server.js';

/** A gateway with one policy, a folder, and those who keep policies from it. */
export class KeeperScene {
  readonly events: SdkEvent[] = [];
  private readonly keepers: PolicyKeeper[] = [];

  private constructor(
    readonly server: PolicyServer,
    readonly folder: string,
  ) {}

  static async start(): Promise<KeeperScene> {
    const [server, folder] = await Promise.all([PolicyServer.start(), mkdtemp(path.join(tmpdir(), 'agion-sdk-'))]);
    server.publish({ id: 'mail', actions: ['send_email'] });
    return new KeeperScene(server, folder);
  }

  async stop(): Promise<void> {
    await Promise.all(this.keepers.map((keeper) => keeper.close()));
    await this.server.stop();
    await rm(this.folder, { recursive: true });
  }

  keeper(options: Partial<PolicyKeeperOptions> = {}): PolicyKeeper {
    const keeper = new PolicyKeeper({
      agentId: OWNER.agentId,
      gateway: new GatewayClient({ url: this.server.url }),
      organization: () => OWNER.organization,
      emit: (event) => void this.events.push(event),
      ...options,
    });
    this.keepers.push(keeper);
    return keeper;
  }

  /** Tells it, as a heartbeat would, where the gateway is. */
  look(keeper: PolicyKeeper): void {
    const { revision: policyRevision, epoch, stopped } = this.server;
    keeper.told({ policyRevision, epoch, stopped });
  }

  seen(type: SdkEvent['type']): SdkEvent[] {
    return this.events.filter((event) => event.type === type);
  }
}
