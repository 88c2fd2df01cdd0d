import type { GatewayClient } from '../http/gateway.client.js';
import type { Wire } from '../http/wire.js';
import type { AgentDescription } from '../settings.js';

/** Who registers: an agent, and the process it runs in. */
export interface AgentInstance {
  readonly agentId: string;
  readonly instanceId: string;
}

/** What the platform answers a registration with. */
export interface RegistrationAnswer {
  /** Handed out in development, where no token was shown. */
  token?: string;
  /** What entries of streams are signed with. */
  streamKey?: string;
  leaseSeconds: number;
  policyRevision: number | null;
  /** Slug: what Redis names are made of. */
  organization: string;
  /** 0–1 */
  trust: number | null;
}

/** What an instance says with each sign of life. */
export interface InstanceReport {
  appliedPolicyRevision?: number;
  /** Milliseconds since it changed to that revision; left out when it began with it. */
  appliedPolicyAgeMs?: number;
  /** Versions by `kind:key`, e.g. `prompt:data_analysis`. */
  appliedConfig?: Record<string, number>;
  metrics?: Record<string, unknown>;
}

/** What an instance is told in return. */
export interface HeartbeatAnswer {
  leaseSeconds: number;
  policyRevision: number | null;
  epoch: number;
  stopped: boolean;
  trust: number | null;
}

/** Milliseconds a registration may take that somebody can do without. */
const HURRIED_MS = 1_000;

/** The registry's part of the public API: registrations, signs of life, endings. */
export class RegistryClient {
  constructor(
    private readonly gateway: GatewayClient,
    private readonly instance: AgentInstance,
  ) {}

  /**
   * Idempotent, so it is tried again, unless somebody is in a hurry who can do without.
   * @throws ApiError, ConnectionError, TimeoutError
   */
  async register(description: AgentDescription, signal?: AbortSignal, inHurry = false): Promise<RegistrationAnswer> {
    const { agentId, instanceId } = this.instance;
    const { capabilities, delegatedBy, labels, metadata, ...rest } = description;
    const request: Wire<'RegisterAgentDto'> = {
      agent_id: agentId,
      instance_id: instanceId,
      ...rest,
      ...(capabilities && { capabilities: [...capabilities] }),
      ...(delegatedBy !== undefined && { delegated_by: delegatedBy }),
      ...(labels && { labels: { ...labels } }),
      ...(metadata && { metadata: { ...metadata } }),
    };
    const { body } = await this.gateway.call<Wire<'RegistrationDto'>>('POST', '/api/v1/agents/register', {
      body: request,
      retry: !inHurry,
      ...(inHurry && { timeoutMs: HURRIED_MS }),
      ...(signal && { signal }),
    });
    const { token, stream_key: streamKey, lease_seconds: leaseSeconds, policy_revision: policyRevision } = body;
    const { organization, trust } = body;
    return {
      ...{ leaseSeconds, policyRevision, organization, trust },
      ...(token !== undefined && { token }),
      ...(streamKey !== undefined && { streamKey }),
    };
  }

  /** One attempt: the next beat is the next one. @throws ApiError, ConnectionError, TimeoutError */
  async beat(report: InstanceReport, signal?: AbortSignal): Promise<HeartbeatAnswer> {
    const { appliedPolicyRevision, appliedPolicyAgeMs, appliedConfig, metrics } = report;
    const request: Wire<'HeartbeatDto'> = {
      instance_id: this.instance.instanceId,
      status: 'healthy',
      ...(appliedPolicyRevision !== undefined && { applied_policy_revision: appliedPolicyRevision }),
      ...(appliedPolicyAgeMs !== undefined && { applied_policy_age_ms: appliedPolicyAgeMs }),
      ...(appliedConfig && { applied_config: appliedConfig }),
      ...(metrics && { metrics }),
    };
    const { body } = await this.gateway.call<Wire<'HeartbeatReplyDto'>>('POST', this.path('/heartbeat'), {
      body: request,
      ...(signal && { signal }),
    });
    const { lease_seconds: leaseSeconds, policy_revision: policyRevision, epoch, stopped, trust_score: trust } = body;
    return { leaseSeconds, policyRevision, epoch, stopped, trust };
  }

  /** The instance ends; nothing is revoked. @throws ApiError, ConnectionError, TimeoutError */
  async end(timeoutMs: number): Promise<void> {
    const query = { instance_id: this.instance.instanceId };
    await this.gateway.call('DELETE', this.path(), { query, timeoutMs });
  }

  private path(rest = ''): `/api/v1/${string}` {
    return `/api/v1/agents/${encodeURIComponent(this.instance.agentId)}${rest}`;
  }
}
