import { containerOf } from '@agion/wire';

/** An agent as a fake platform knows it. */
export interface FakeAgent {
  readonly agentId: string;
  readonly container: string | null;
  type?: string;
  framework?: string;
  /** Instances that have registered and not ended. */
  readonly instances: Set<string>;
  /** As the last sign of life said. */
  appliedPolicyRevision?: number;
}

/** Who has registered, and how far they are trusted. */
export class FakeAgents {
  readonly known = new Map<string, FakeAgent>();
  private readonly trust = new Map<string, number>();
  /** Which change each instance has been told of last. */
  private readonly told = new Map<string, number>();
  private change = 0;

  constructor(private readonly usualTrust: number) {}

  register(body: Record<string, unknown>): FakeAgent {
    const agentId = String(body.agent_id);
    const agent: FakeAgent = this.known.get(agentId) ?? {
      agentId,
      container: containerOf(agentId),
      instances: new Set<string>(),
    };
    if (typeof body.type === 'string') agent.type = body.type;
    if (typeof body.framework === 'string') agent.framework = body.framework;
    agent.instances.add(String(body.instance_id));
    this.tell(agentId, String(body.instance_id));
    this.known.set(agentId, agent);
    return agent;
  }

  /** Something has changed that agents are told with their signs of life. */
  changed(): void {
    this.change += 1;
  }

  /** An instance hears how things are. */
  tell(agentId: string, instanceId: string): void {
    this.told.set(`${agentId} ${instanceId}`, this.change);
  }

  end(agentId: string, instanceId: string): void {
    this.known.get(agentId)?.instances.delete(instanceId);
  }

  /** Whether all that live have been told of the last change. */
  get haveAllHeard(): boolean {
    return [...this.known.values()].every(({ agentId, instances }) =>
      [...instances].every((instanceId) => this.told.get(`${agentId} ${instanceId}`) === this.change),
    );
  }

  trustOf(agentId: string): number {
    return this.trust.get(agentId) ?? this.usualTrust;
  }

  /** @param trust 0–1 */
  setTrust(agentId: string, trust: number): void {
    if (!(trust >= 0 && trust <= 1)) throw new RangeError('trust is a number from 0 to 1');
    this.trust.set(agentId, trust);
    this.changed();
  }
}
