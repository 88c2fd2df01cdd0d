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
    this.known.set(agentId, agent);
    return agent;
  }

  trustOf(agentId: string): number {
    return this.trust.get(agentId) ?? this.usualTrust;
  }

  /** @param trust 0–1 */
  setTrust(agentId: string, trust: number): void {
    if (!(trust >= 0 && trust <= 1)) throw new RangeError('trust is a number from 0 to 1');
    this.trust.set(agentId, trust);
  }
}
