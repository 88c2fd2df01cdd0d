import { DomainError } from '@agion/service-kit';

export class AgentNotFoundError extends DomainError {
  constructor(agentId: string) {
    super('agent-not-found', `there is no agent \`${agentId}\``, { extensions: { agent_id: agentId } });
  }
}
