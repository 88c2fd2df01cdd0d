import { Inject, Injectable } from '@nestjs/common';
import { type AgentStatus, type Organization, problemType } from '@agion/wire';
import { LRUCache } from 'lru-cache';
import { ServiceClient } from '../http/service-client.js';
import { UpstreamProblemError } from '../problem/domain-error.js';
import { SERVICE, type ServiceFacts } from '../service-facts.js';
import { AgentNotices } from '../streams/agent-notices.consumer.js';
import type { StreamKeyState } from './stream-keys.js';

/** The registry's answer, as far as it matters here. */
interface AgentAnswer {
  status: AgentStatus;
  stream_key_generation: number;
  previous_stream_key_until: string | null;
}

interface Known {
  /** Null: there is no such agent, or it is retired. */
  state: StreamKeyState | null;
  askedAt: number;
  /** Until then the registry is not asked again: it did not answer. */
  sparedUntil?: number;
}

/** Milliseconds the last word stands after a question that was not answered. */
const SPARED_MS = 1_000;
const MOST_AGENTS = 50_000;

/** Which stream keys of agents count: the registry's word, and the last one while the registry is away. */
@Injectable()
export class StreamKeyClient {
  private readonly known = new LRUCache<string, Known>({ max: MOST_AGENTS });
  private readonly asking = new Map<string, Promise<StreamKeyState | null>>();
  /** Counts notices: what was asked for before the last one may be older than it. */
  private heard = 0;

  constructor(
    private readonly client: ServiceClient,
    @Inject(SERVICE) private readonly self: ServiceFacts,
    notices: AgentNotices,
  ) {
    notices.onChanged((organizationId, agentIds) => this.doubt(organizationId, agentIds));
  }

  /**
   * @param freshMs how old the word may be, in milliseconds
   * @returns null when there is no such agent or it is retired
   * @throws UnavailableError when the registry is away and never told
   */
  async of(organization: Organization, agentId: string, freshMs: number): Promise<StreamKeyState | null> {
    const name = `${organization.id} ${agentId}`;
    const known = this.known.get(name);
    const now = Date.now();
    if (known && (now - known.askedAt < freshMs || now < (known.sparedUntil ?? 0))) return known.state;
    const asking = this.asking.get(name) ?? this.ask(organization, agentId, name);
    this.asking.set(name, asking);
    return asking.finally(() => this.asking.delete(name));
  }

  private async ask(organization: Organization, agentId: string, name: string): Promise<StreamKeyState | null> {
    const askedAt = Date.now(); // what changes from now on may or may not be in the answer
    const { heard } = this;
    try {
      const state = stateIn(await this.question(organization, agentId));
      return heard === this.heard ? this.remember(name, state, askedAt) : state;
    } catch (error) {
      if (isUnknownAgent(error)) return this.remember(name, null, askedAt);
      const known = this.known.get(name);
      if (!known) throw error;
      known.sparedUntil = Date.now() + SPARED_MS;
      return known.state;
    }
  }

  /** Agents of an organization that were asked about lately, the latest first, with the last word about their keys. */
  *lately({ id }: Organization, most: number): Generator<StreamKeyState & { agentId: string }> {
    let found = 0;
    for (const [name, { state }] of this.known.entries()) {
      if (found === most) return;
      if (state === null || !name.startsWith(`${id} `)) continue;
      found += 1;
      yield { ...state, agentId: name.slice(id.length + 1) };
    }
  }

  /** Agents that are named have to be asked for; of others the last word still stands where the registry does not answer. */
  private doubt(organizationId: string, agentIds: readonly string[] | null): void {
    this.heard += 1;
    for (const agentId of agentIds ?? []) {
      this.known.delete(`${organizationId} ${agentId}`);
      this.asking.delete(`${organizationId} ${agentId}`);
    }
    if (agentIds === null)
      for (const [name, known] of this.known.entries()) if (name.startsWith(organizationId)) known.askedAt = 0;
  }

  private question(organization: Organization, agentId: string): Promise<AgentAnswer> {
    return this.client.call<AgentAnswer>('registry', {
      path: `/internal/agents/${encodeURIComponent(agentId)}`,
      principal: { kind: 'service', subject: this.self.name, organization, role: null, groups: [] },
      timeoutMs: 1_000,
    });
  }

  private remember(name: string, state: StreamKeyState | null, askedAt: number): StreamKeyState | null {
    this.known.set(name, { state, askedAt });
    return state;
  }
}

const stateIn = (agent: AgentAnswer): StreamKeyState | null =>
  agent.status === 'retired'
    ? null
    : {
        generation: agent.stream_key_generation,
        previousUntil: agent.previous_stream_key_until === null ? null : new Date(agent.previous_stream_key_until),
      };

/** There is no such agent, or no agent can be called that. */
const isUnknownAgent = (error: unknown): boolean =>
  error instanceof UpstreamProblemError &&
  [problemType('agent-not-found'), problemType('validation-failed')].includes(error.upstream.type);
