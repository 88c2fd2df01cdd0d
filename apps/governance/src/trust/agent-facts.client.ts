import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import {
  AgentNotices,
  SERVICE,
  ServiceClient,
  UnavailableError,
  UpstreamProblemError,
  type ServiceFacts,
} from '@agion/service-kit';
import { problemType, type AgentStatus, type Organization } from '@agion/wire';
import { LRUCache } from 'lru-cache';

/** What the registry knows of an agent and governance decides by. */
export interface KnownAgent {
  id: string;
  container: string | null;
  type: string | null;
  framework: string | null;
  status: AgentStatus;
  /** Digest of the build it registered with; '' when it declared none. */
  fingerprint: string;
  registeredAt: Date;
  /** The agent on whose behalf it acts. */
  delegatedBy: string | null;
}

/** The registry's answer. */
interface AgentAnswer {
  agent_id: string;
  container_id: string | null;
  type: string | null;
  framework: string | null;
  status: AgentStatus;
  fingerprint: Record<string, string> | null;
  created_at: string;
  delegated_by?: string | null;
}

/** Milliseconds an answer is believed without asking again. */
const FRESH_MS = 10_000;
/** Milliseconds the last word stands after a question that was not answered. */
const SPARED_MS = 1_000;
/** Milliseconds the registry has to answer where there is a last word to fall back on, and where there is none. */
const PATIENCE_MS = { known: 1_000, unknown: 3_000 };
const MOST_AGENTS = 50_000;

interface Known {
  agent: KnownAgent;
  askedAt: number;
}

/** Which agents there are: the registry's word, kept for seconds, and the last one while the registry is away. */
@Injectable()
export class AgentFacts {
  private readonly known = new LRUCache<string, Known>({ max: MOST_AGENTS });
  private readonly asking = new Map<string, Promise<KnownAgent | null>>();
  /** Counts notices: what was asked for before the last one may be older than it. */
  private heard = 0;

  constructor(
    private readonly client: ServiceClient,
    @Inject(SERVICE) private readonly self: ServiceFacts,
    notices: AgentNotices,
  ) {
    notices.onChanged((organizationId, agentIds) => this.doubt(organizationId, agentIds));
  }

  /** The agent, or null when it is not registered. @throws UnavailableError when the registry is away and never told */
  async of(organization: Organization, agentId: string): Promise<KnownAgent | null> {
    const key = `${organization.id} ${agentId}`;
    const known = this.known.get(key);
    if (known && Date.now() - known.askedAt < FRESH_MS) return known.agent;
    const running = this.asking.get(key);
    if (running) return running;
    const asking = this.ask(organization, agentId, key).finally(() => this.asking.delete(key));
    this.asking.set(key, asking);
    return asking;
  }

  /** One answer for each, in their order. @throws UnavailableError as `of` does */
  async ofEach(agents: readonly { organization: Organization; agentId: string }[]): Promise<(KnownAgent | null)[]> {
    const keys = agents.map(({ organization, agentId }) => `${organization.id} ${agentId}`);
    const distinct = new Map(keys.map((key, index) => [key, agents[index] as (typeof agents)[number]]));
    const found = await Promise.all([...distinct.values()].map((one) => this.of(one.organization, one.agentId)));
    const byKey = new Map([...distinct.keys()].map((key, index) => [key, found[index] ?? null]));
    return keys.map((key) => byKey.get(key) ?? null);
  }

  /** Agents that are named have to be asked for; of others the last word still stands where the registry does not answer. */
  private doubt(organizationId: string, agentIds: readonly string[] | null): void {
    this.heard += 1;
    for (const agentId of agentIds ?? []) {
      this.known.delete(`${organizationId} ${agentId}`);
      this.asking.delete(`${organizationId} ${agentId}`);
    }
    if (agentIds === null)
      for (const [key, known] of this.known.entries()) if (key.startsWith(organizationId)) known.askedAt = 0;
  }

  private async ask(organization: Organization, agentId: string, key: string): Promise<KnownAgent | null> {
    const { heard } = this;
    try {
      const agent = knownAgent(
        await this.client.call<AgentAnswer>('registry', {
          path: `/internal/agents/${encodeURIComponent(agentId)}`,
          principal: { kind: 'service', subject: this.self.name, organization, role: null, groups: [] },
          timeoutMs: PATIENCE_MS[this.known.has(key) ? 'known' : 'unknown'],
        }),
      );
      if (heard === this.heard) this.known.set(key, { agent, askedAt: Date.now() });
      return agent;
    } catch (error) {
      if (error instanceof UpstreamProblemError && isUnknown(error.upstream.type)) {
        this.known.delete(key);
        return null;
      }
      const known = this.known.get(key);
      if (known) {
        known.askedAt = Date.now() - FRESH_MS + SPARED_MS;
        return known.agent;
      }
      throw error instanceof UnavailableError
        ? error
        : Object.assign(new UnavailableError(`the registry cannot say who \`${agentId}\` is`), { cause: error });
    }
  }
}

/** There is no such agent, or no agent can be called that. */
const isUnknown = (type: string): boolean =>
  type === problemType('agent-not-found') || type === problemType('validation-failed');

const knownAgent = (answer: AgentAnswer): KnownAgent => ({
  id: answer.agent_id,
  container: answer.container_id,
  type: answer.type,
  framework: answer.framework,
  status: answer.status,
  fingerprint: digestOf(answer.fingerprint),
  registeredAt: new Date(answer.created_at),
  delegatedBy: answer.delegated_by ?? null,
});

/** The same for the same parts in any order. */
function digestOf(fingerprint: Record<string, string> | null): string {
  const parts = Object.entries(fingerprint ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return parts.length === 0 ? '' : createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}
