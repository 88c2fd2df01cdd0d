import { setTimeout } from 'node:timers/promises';
import { AgionError, AgionSDK } from '@agion/sdk';
import { type AgentDefinition, governedAgent, type GovernedAgent } from './agents/agent.ts';

/** What the container is doing: only `healthy` takes work. */
export type Condition = 'starting' | 'healthy' | 'stopping';

interface Member {
  definition: AgentDefinition;
  sdk: AgionSDK;
  answer: GovernedAgent;
}

/** The agents of this process, from their registration to their end. */
export class Container {
  private registered = false;
  private readonly ending = new AbortController();
  private readonly members = new Map<string, Member>();

  constructor(containerId: string, definitions: readonly AgentDefinition[]) {
    for (const definition of definitions) {
      const { name, title, type, version, capabilities } = definition;
      const agentId = `${containerId}:${name}`;
      const sdk = new AgionSDK({ agentId, name: title, type, version, capabilities, framework: 'express' });
      this.members.set(agentId, { definition, sdk, answer: governedAgent(definition, sdk) });
    }
  }

  get condition(): Condition {
    if (this.ending.signal.aborted) return 'stopping';
    return this.registered ? 'healthy' : 'starting';
  }

  /** What `GET /agents` answers. */
  get agents(): object[] {
    return [...this.members].map(([agentId, { definition }]) => {
      const { title: name, type, version, capabilities } = definition;
      return { agent_id: agentId, name, type, version, capabilities };
    });
  }

  agent(agentId: string): GovernedAgent | undefined {
    return this.members.get(agentId)?.answer;
  }

  /** Registers all agents. @throws AgionError when the platform does not take them */
  async start(): Promise<void> {
    await Promise.all(Array.from(this.members.values(), ({ sdk }) => this.register(sdk)));
    this.registered = true;
  }

  /** From now on no work is taken. @returns false when that was so already */
  beginToStop(): boolean {
    if (this.ending.signal.aborted) return false;
    this.ending.abort();
    return true;
  }

  /** Sends what is still to be told and ends this instance of every agent. */
  async leave(): Promise<void> {
    await Promise.all(Array.from(this.members.values(), ({ sdk }) => sdk.close()));
  }

  /** Tries again while the platform is away: it may be started later than its agents. */
  private async register(sdk: AgionSDK): Promise<void> {
    const { signal } = this.ending;
    for (let pause = 500; !signal.aborted; pause = Math.min(pause * 2, 10_000)) {
      try {
        return await sdk.initialize();
      } catch (error) {
        if (this.condition === 'stopping') return;
        if (!AgionError.is(error) || !error.retryable) throw error;
        console.warn(`${error.message}; trying again`);
        await setTimeout(pause, undefined, { signal }).catch(() => undefined);
      }
    }
  }
}
