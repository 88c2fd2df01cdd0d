import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { Organization, OrganizationSettings } from '@agion/wire';

/** Stands where the registry is, and knows every agent but those called `ghost`. */
export class StubRegistry {
  /** Answers nothing while it is away. */
  away = false;
  /** What organizations have chosen, by their slugs. */
  settings: Record<string, Partial<OrganizationSettings>> = {};
  /** Takes questions and says nothing. */
  silent = false;

  private constructor(private readonly server: Server) {}

  static async start(port: number, organizations: readonly Organization[]): Promise<StubRegistry> {
    const stub: { self?: StubRegistry } = {};
    const server = createServer((request, response) => {
      const agentId = /^\/internal\/agents\/(.+)$/.exec(decodeURIComponent(request.url ?? ''))?.[1];
      if (stub.self?.away) return void response.destroy();
      if (stub.self?.silent) return;
      const answer = (status: number, body: object): void => {
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(JSON.stringify(body));
      };
      if (request.url === '/internal/organizations')
        answer(200, { items: organizations.map((one) => ({ ...one, settings: stub.self?.settings[one.slug] })) });
      else if (agentId === undefined) answer(404, {});
      else if (agentId.endsWith('ghost'))
        answer(404, { type: '/problems/agent-not-found', title: 'Agent not found', status: 404 });
      else answer(200, agentFacts(agentId));
    });
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return (stub.self = new StubRegistry(server));
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}

const agentFacts = (agentId: string): object => ({
  agent_id: agentId,
  container_id: agentId.includes(':') ? agentId.split(':')[0] : null,
  type: null,
  framework: null,
  status: agentId.endsWith('retired') ? 'retired' : 'active',
  fingerprint: null,
  created_at: '2026-01-01T00:00:00Z',
});
