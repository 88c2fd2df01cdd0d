import type {
  AgentDetailsDto,
  AgentDto,
  HeartbeatDto,
  HeartbeatReplyDto,
  ListAgentsQueryDto,
  RegisterAgentDto,
  RegistrationDto,
} from '@agion/dto';
import { redisPrefix } from '@agion/wire';
import type { Agent, AgentDescription, InstanceReport } from './agent.js';
import type { AgentFilter } from './agents.store.js';
import type { GovernanceWord } from './governance-word.js';
import { LEASE_SECONDS, statusOf } from './lease.js';
import type { InstancePolicies } from './policy-adoption.js';
import type { Registration } from './registration.service.js';

export const descriptionOf = (body: RegisterAgentDto): AgentDescription => ({
  agentId: body.agent_id,
  name: body.name,
  type: body.type ?? null,
  version: body.version ?? null,
  framework: body.framework ?? null,
  capabilities: body.capabilities ?? [],
  containerId: body.container_id ?? null,
  endpoint: body.endpoint ?? null,
  fingerprint: body.fingerprint ? { ...body.fingerprint } : null,
  delegatedBy: body.delegated_by,
  labels: body.labels ?? {},
  metadata: body.metadata ?? {},
});

export const reportOf = (body: HeartbeatDto): InstanceReport => ({
  status: body.status ?? null,
  appliedPolicyRevision: body.applied_policy_revision ?? null,
  appliedPolicyAgeMs: body.applied_policy_age_ms ?? null,
  appliedConfig: body.applied_config ?? null,
  metrics: body.metrics ?? null,
});

export const filterOf = (query: ListAgentsQueryDto): AgentFilter & { minTrust: number | null } => ({
  status: query.status ?? null,
  framework: query.framework ?? null,
  capability: query.capability ?? null,
  type: query.type ?? null,
  label: query.label === undefined ? null : labelOf(query.label),
  minTrust: query.min_trust ?? null,
});

function labelOf(text: string): AgentFilter['label'] {
  const equals = text.indexOf('=');
  return equals < 0 ? { key: text, value: null } : { key: text.slice(0, equals), value: text.slice(equals + 1) };
}

export const toAgentDto = (agent: Agent): AgentDto => ({
  agent_id: agent.agentId,
  name: agent.name,
  type: agent.type,
  version: agent.version,
  framework: agent.framework,
  capabilities: agent.capabilities,
  container_id: agent.containerId,
  endpoint: agent.endpoint,
  fingerprint: agent.fingerprint,
  delegated_by: agent.delegatedBy,
  labels: agent.labels,
  metadata: agent.metadata,
  status: statusOf(agent, agent.readAt),
  live_instances: agent.liveInstances,
  last_seen_at: agent.lastSeenAt?.toISOString() ?? null,
  created_at: agent.createdAt.toISOString(),
  updated_at: agent.updatedAt.toISOString(),
  retired_at: agent.retiredAt?.toISOString() ?? null,
});

export const toAgentDetailsDto = (
  agent: Agent,
  { revision: inForce, instances }: { revision: number | null; instances: readonly InstancePolicies[] },
): AgentDetailsDto => ({
  ...toAgentDto(agent),
  policies: {
    revision: inForce,
    stale: instances.some(({ revision }) => revision !== null && revision < (inForce ?? 0)),
    instances: instances.map(({ instanceId, revision, appliedAt, lastSeenAt }) => ({
      instance_id: instanceId,
      revision,
      applied_at: appliedAt?.toISOString() ?? null,
      last_seen_at: lastSeenAt.toISOString(),
    })),
  },
});

export const toRegistrationDto = ({ agent, token, streamKey, word }: Registration, slug: string): RegistrationDto => ({
  agent: toAgentDto(agent),
  ...(token !== null && { token }),
  ...(streamKey !== null && { stream_key: streamKey }),
  lease_seconds: LEASE_SECONDS,
  policy_revision: word.policyRevision,
  organization: slug,
  redis_prefix: redisPrefix(slug),
  trust: word.trustScore,
});

export const toHeartbeatReplyDto = (word: GovernanceWord): HeartbeatReplyDto => ({
  lease_seconds: LEASE_SECONDS,
  policy_revision: word.policyRevision,
  epoch: word.epoch,
  stopped: word.stopped,
  trust_score: word.trustScore,
  commands: [],
});
