import { evaluate, type PolicyRequest } from '@agion/policy-engine';
import type { Decision } from '../decisions/decision.js';
import { newEventId } from '../events/event-id.js';
import type { FakeAgents } from './fake-agents.js';
import type { FakeConfigurations } from './fake-configuration.js';
import type { FakePolicies } from './fake-policies.js';
import type { FakeRecords } from './fake-records.js';

/** What a fake platform is made of. */
export interface FakeParts {
  readonly organization: string;
  readonly agents: FakeAgents;
  readonly policies: FakePolicies;
  readonly configurations: FakeConfigurations;
  readonly records: FakeRecords;
  readonly now: () => number;
}

interface Request {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

const LEASE_SECONDS = 30;
const TIERS = [
  ['autonomous', 0.9],
  ['trusted', 0.7],
  ['standard', 0.5],
  ['probation', 0.3],
] as const;

/** The part of the public API that agents use, in memory. Everything else is a 404, as it is on the platform. */
export class FakeGateway {
  /** Requests begun and requests answered so far. */
  activity = 0;
  private isAway = false;

  constructor(private readonly parts: FakeParts) {}

  /** While it is away nobody answers. */
  setAway(away: boolean): void {
    this.isAway = away;
  }

  /** What agents speak HTTP with. */
  readonly fetch: typeof globalThis.fetch = async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    this.activity += 1;
    await Promise.resolve();
    this.activity += 1;
    if (this.isAway) throw new TypeError('fetch failed', { cause: new Error('the fake platform is away') });
    const body = typeof init?.body === 'string' ? (JSON.parse(init.body) as Record<string, unknown>) : {};
    const { pathname: path, searchParams: query } = url;
    return this.answer(init?.method ?? 'GET', { path, query, headers: new Headers(init?.headers), body });
  };

  private answer(method: string, request: Request): Response {
    const [, agentId, rest] = /^\/api\/v1\/agents\/([^/]+)(\/heartbeat)?$/.exec(request.path) ?? [];
    switch (`${method} ${request.path}`) {
      case 'POST /api/v1/agents/register':
        return this.register(request);
      case 'GET /api/v1/policies':
        return this.sync(request);
      case 'GET /.well-known/agion-keys':
        return json(200, this.parts.policies.jwks);
      case 'POST /api/v1/governance/check':
        return this.check(request);
      case 'POST /api/v1/events':
        return this.take(request);
    }
    if (agentId !== undefined && method === 'POST' && rest) return this.beat(decodeURIComponent(agentId), request);
    if (agentId !== undefined && method === 'DELETE') return this.end(decodeURIComponent(agentId), request);
    return method === 'GET'
      ? this.configuration(request)
      : problem(404, 'Not Found', `there is no \`${request.path}\``);
  }

  private register({ body }: Request): Response {
    const { agents, organization, policies } = this.parts;
    const { agentId, instances } = agents.register(body);
    return json(instances.size > 1 ? 200 : 201, {
      agent: { agent_id: agentId },
      token: 'fake',
      lease_seconds: LEASE_SECONDS,
      policy_revision: policies.state.revision,
      organization,
      redis_prefix: '',
      trust: agents.trustOf(agentId),
    });
  }

  private beat(agentId: string, { body }: Request): Response {
    const { agents, policies } = this.parts;
    const agent = agents.known.get(agentId);
    if (!agent) return unknownAgent(agentId);
    if (typeof body.applied_policy_revision === 'number') agent.appliedPolicyRevision = body.applied_policy_revision;
    agents.tell(agentId, String(body.instance_id));
    const { revision, epoch, stopped } = policies.state;
    const trust = agents.trustOf(agentId);
    const reply = { lease_seconds: LEASE_SECONDS, policy_revision: revision, epoch, stopped, trust_score: trust };
    return json(200, { ...reply, commands: [] });
  }

  private end(agentId: string, { query }: Request): Response {
    this.parts.agents.end(agentId, query.get('instance_id') ?? '');
    return new Response(null, { status: 204 });
  }

  private sync({ query, headers }: Request): Response {
    const agentId = query.get('agent_id') ?? '';
    const { document, etag } = this.parts.policies.document(agentId, query.get('since'));
    if (!document) return problem(410, 'Gone', 'that revision is not known any more');
    if (headers.get('if-none-match') === etag) return new Response(null, { status: 304, headers: { etag } });
    return json(200, document, { etag });
  }

  private configuration({ path, headers }: Request): Response {
    const found = this.parts.configurations.find(path);
    if (!found) return problem(404, 'Not Found', `there is no \`${path}\``, { hint: 'give it to the fake platform' });
    const etag = `"${found.version}"`;
    if (headers.get('if-none-match') === etag) return new Response(null, { status: 304, headers: { etag } });
    return json(200, found, { etag });
  }

  private check({ body }: Request): Response {
    const { agents, policies } = this.parts;
    const agentId = String(body.agent_id);
    const { revision, stopped } = policies.state;
    const registered = agents.known.has(agentId);
    const decided = evaluate(policies.set, this.policyRequest(body));
    const forbidden = stopped ? 'the organization has stopped its agents' : `\`${agentId}\` is not registered`;
    const denied = { decision: 'deny' as const, matched: [], winner: null, reason: forbidden };
    const { decision, matched, winner, reason, failingTerms, errors } =
      registered && !stopped ? { ...decided } : { ...decided, ...denied };
    const decisionId = newEventId();
    const outcome = { decision_id: decisionId, decision, allowed: decision === 'allow', matched, winner, reason };
    this.parts.records.take({ kind: 'decision', ...body, ...outcome, policy_revision: revision, source: 'http' });
    return json(200, {
      ...outcome,
      failing_terms: failingTerms,
      obligations: [],
      errors,
      policy_revision: revision,
      trust_score: agents.trustOf(agentId),
      eval_us: 1,
      source: 'http' satisfies Decision['decidedBy'],
    });
  }

  private policyRequest(body: Record<string, unknown>): PolicyRequest {
    const { agents, now } = this.parts;
    const id = String(body.agent_id);
    const { container, type, framework } = agents.known.get(id) ?? {};
    const trust = agents.trustOf(id);
    return {
      agent: {
        id,
        status: 'active',
        trust,
        tier: TIERS.find(([, floor]) => trust >= floor)?.[0] ?? 'untrusted',
        ...(container && { container }),
        ...(type !== undefined && { type }),
        ...(framework !== undefined && { framework }),
      },
      action: { name: String(body.action) },
      ...(typeof body.resource === 'string' && { resource: { name: body.resource } }),
      ...(typeof body.mission_id === 'string' && { mission: { id: body.mission_id } }),
      env: { mode: 'development' },
      arguments: (body.arguments ?? {}) as Record<string, unknown>,
      context: (body.context ?? {}) as Record<string, unknown>,
      at: now(),
    };
  }

  private take({ body }: Request): Response {
    const { agents, records } = this.parts;
    const events = body.events as Record<string, unknown>[];
    const errors = events.flatMap(({ agent_id: agentId }, index) =>
      agents.known.has(String(agentId))
        ? []
        : [{ pointer: `/events/${index}/agent_id`, detail: `there is no agent \`${String(agentId)}\`` }],
    );
    if (errors.length > 0) return problem(422, 'Validation failed', 'some events are faulty', { errors });
    const accepted = events.filter((event) => records.take(event)).length;
    return json(202, { received: events.length, accepted, duplicates: events.length - accepted });
  }
}

const unknownAgent = (agentId: string): Response =>
  problem(404, 'Agent not found', `there is no agent \`${agentId}\``, { type: '/problems/agent-not-found' });

const json = (status: number, body: object, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } });

const problem = (status: number, title: string, detail: string, more: object = {}): Response =>
  new Response(JSON.stringify({ type: 'about:blank', title, status, detail, ...more }), {
    status,
    headers: { 'content-type': 'application/problem+json' },
  });
