import { DomainError } from '@agion/service-kit';

export class AgentNotFoundError extends DomainError {
  constructor(agentId: string) {
    super('agent-not-found', `there is no agent \`${agentId}\``, {
      extensions: { agent_id: agentId },
      hint: `register it: curl -X POST "$AGION_GATEWAY_URL/api/v1/agents/register" -H 'content-type: application/json' -d '{"agent_id":"${agentId}","name":"…"}'`,
    });
  }
}

export class AgentRetiredError extends DomainError {
  constructor(agentId: string) {
    super('agent-retired', `the agent \`${agentId}\` is retired`, { extensions: { agent_id: agentId } });
  }
}

export class DelegationHeldError extends DomainError {
  constructor(agentId: string, delegatedBy: string) {
    super('conflict', `the agent \`${agentId}\` acts on behalf of \`${delegatedBy}\``, {
      extensions: { agent_id: agentId },
      hint: 'leave `delegated_by` out, or let an operator register it with another one or null',
    });
  }
}

export class InstanceNotFoundError extends DomainError {
  constructor(agentId: string, instanceId: string) {
    super('not-found', `the agent \`${agentId}\` has no instance \`${instanceId}\``, {
      extensions: { agent_id: agentId },
      hint: 'name it as it was named when it registered, or register it: POST /api/v1/agents/register with its `instance_id`',
    });
  }
}

export class InstanceEndedError extends DomainError {
  constructor(agentId: string, instanceId: string) {
    super('conflict', `the instance \`${instanceId}\` of \`${agentId}\` has ended`, {
      extensions: { agent_id: agentId },
      hint: 'register again to start it anew: POST /api/v1/agents/register',
    });
  }
}

export class TooManyInstancesError extends DomainError {
  constructor(agentId: string, most: number) {
    super('conflict', `the agent \`${agentId}\` has ${most} living instances already`, {
      extensions: { agent_id: agentId },
      hint: 'end those that have stopped: DELETE /api/v1/agents/{id}?instance_id=…; or give a restarted process its old `instance_id`',
    });
  }
}
