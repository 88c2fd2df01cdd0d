import { type Answer, agent, operator, type RegistryUnderTest } from './registry-under-test.js';

/** What the suites about agents do again and again. */
export class AgentCalls {
  constructor(private readonly registry: RegistryUnderTest) {}

  readonly register = (agentId: string, as = operator(), more: object = {}): Promise<Answer> =>
    this.registry.call('POST', '/v1/agents/register', { as, body: { agent_id: agentId, name: agentId, ...more } });

  readonly beat = (agentId: string, body: object = {}, as = agent(agentId)): Promise<Answer> =>
    this.registry.call('POST', `/v1/agents/${agentId}/heartbeat`, { as, body });

  readonly end = (agentId: string, query = '', as = agent(agentId)): Promise<Answer> =>
    this.registry.call('DELETE', `/v1/agents/${agentId}${query}`, { as });

  readonly statusOf = async (agentId: string): Promise<string> =>
    (await this.registry.call('GET', `/v1/agents/${agentId}`)).body.status as string;

  readonly verify = (token: string): Promise<Answer> =>
    this.registry.call('POST', '/internal/credentials/verify', { body: { token } });

  /** Lets the clock run, as far as the leases of an agent are concerned. */
  readonly age = (agentId: string, seconds: number): Promise<unknown> =>
    this.registry.rows(
      'UPDATE registry.agent_instances SET lease_expires_at = lease_expires_at - make_interval(secs => $2) WHERE agent_id = $1',
      [agentId, seconds],
    );
}
