import { createHash } from 'node:crypto';
import { type AgentStatus, type Organization, problemType } from '@agion/wire';
import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { ServiceClient } from '../http/service-client.js';
import { UnavailableError, UpstreamProblemError } from '../problem/domain-error.js';
import { SERVICE, type ServiceFacts } from '../service-facts.js';
import { AgentNotices } from '../streams/agent-notices.consumer.js';
import type { StreamKeyState } from './stream-keys.js';

/** What the registry knows of an agent and others decide by. */
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
  streamKeys: StreamKeyState;
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
  stream_key_generation: number;
  previous_stream_key_until: string | null;
}

/** How old the registry's word may be, in milliseconds. */
export interface Freshness {
  known: number;
  /** That there is no such agent. */
  unknown: number;
}

/** Nobody is remembered as unknown: who has just registered is there. */
const FRESH: Freshness = { known: 10_000, unknown: 0 };
/** Milliseconds the last word stands after a question that was not answered. */
const SPARED_MS = 1_000;
/** Milliseconds the registry has to answer where there is a last word to fall back on, and where there is none. */
const PATIENCE_MS = { known: 1_000, unknown: 3_000 };
const MOST_AGENTS = 50_000;

interface Known {
  /** Null: there is no such agent. */
  agent: KnownAgent | null;
  askedAt: number;
  /** Until then the registry is not asked again: it did not answer. */
  sparedUntil?: number;
}

/** Which agents there are: the registry's word, kept for seconds, and the last one while the registry is away. */
@Injectable()
export class AgentFacts {
  private readonly known = new LRUCache<string, Known>({ max: MOST_AGENTS });
  /** Questions under way. What was asked for before a notice may be older than it: such a question is taken out, and its answer not kept. */
  private readonly asking = new Map<string, Promise<KnownAgent | null>>();

  constructor(
    private readonly client: ServiceClient,
    @Inject(SERVICE) private readonly self: ServiceFacts,
    notices: AgentNotices,
  ) {
    notices.onChanged((organizationId, agentIds) => this.doubt(organizationId, agentIds));
  }

  /** The agent, or null when it is not registered. @throws UnavailableError when the registry is away and never told */
  async of(organization: Organization, agentId: string, fresh = FRESH): Promise<KnownAgent | null> {
    const key = `${organization.id} ${agentId}`;
    const known = this.known.get(key);
    if (known && isFresh(known, fresh)) return known.agent;
    const running = this.asking.get(key);
    if (running) return running;
    const isCurrent = (): boolean => this.asking.get(key) === asking;
    const asking = this.ask(organization, agentId, { key, isCurrent }).finally(() => {
      if (isCurrent()) this.asking.delete(key);
    });
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

  /** Agents of an organization that were asked about lately and are not retired, the latest first, as they were then. */
  *lately({ id }: Organization, most: number): Generator<KnownAgent> {
    let found = 0;
    for (const [key, { agent }] of this.known.entries()) {
      if (found === most) return;
      if (!agent || agent.status === 'retired' || !key.startsWith(`${id} `)) continue;
      found += 1;
      yield agent;
    }
  }

  /** Agents that are named have to be asked for; of others the last word still stands where the registry does not answer. */
  private doubt(organizationId: string, agentIds: readonly string[] | null): void {
    for (const agentId of agentIds ?? []) {
      this.known.delete(`${organizationId} ${agentId}`);
      this.asking.delete(`${organizationId} ${agentId}`);
    }
    if (agentIds !== null) return;
    for (const [key, known] of this.known.entries()) if (key.startsWith(organizationId)) known.askedAt = -Infinity;
    for (const key of this.asking.keys()) if (key.startsWith(organizationId)) this.asking.delete(key);
  }

  private async ask(
    organization: Organization,
    agentId: string,
    { key, isCurrent }: { key: string; isCurrent: () => boolean },
  ): Promise<KnownAgent | null> {
    const askedAt = performance.now(); // what changes from now on may or may not be in the answer
    try {
      const agent = await this.answer(
        organization,
        agentId,
        PATIENCE_MS[this.known.get(key)?.agent ? 'known' : 'unknown'],
      );
      if (isCurrent()) this.known.set(key, { agent, askedAt });
      return agent;
    } catch (error) {
      const known = this.known.get(key);
      if (known?.agent) {
        known.sparedUntil = performance.now() + SPARED_MS;
        return known.agent;
      }
      throw error instanceof UnavailableError
        ? error
        : Object.assign(new UnavailableError(`the registry cannot say who \`${agentId}\` is`), { cause: error });
    }
  }

  private async answer(organization: Organization, agentId: string, timeoutMs: number): Promise<KnownAgent | null> {
    try {
      const answer = await this.client.call<AgentAnswer>('registry', {
        path: `/internal/agents/${encodeURIComponent(agentId)}`,
        principal: { kind: 'service', subject: this.self.name, organization, role: null, groups: [] },
        timeoutMs,
      });
      return knownAgent(answer);
    } catch (error) {
      if (error instanceof UpstreamProblemError && isUnknown(error.upstream.type)) return null;
      throw error;
    }
  }
}

function isFresh({ agent, askedAt, sparedUntil = -Infinity }: Known, fresh: Freshness): boolean {
  const now = performance.now();
  return now - askedAt < (agent ? fresh.known : fresh.unknown) || now < sparedUntil;
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
  streamKeys: {
    generation: answer.stream_key_generation,
    previousUntil: answer.previous_stream_key_until === null ? null : new Date(answer.previous_stream_key_until),
  },
});

/** The same for the same parts in any order. */
function digestOf(fingerprint: Record<string, string> | null): string {
  const parts = Object.entries(fingerprint ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return parts.length === 0 ? '' : createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}
