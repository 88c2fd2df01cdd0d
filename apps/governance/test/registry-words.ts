import { once } from 'node:events';
import { createServer } from 'node:http';
import { DEFAULT_ORGANIZATION, type Organization } from '@agion/wire';

/** What the registry would say; agents called `ghost` are not registered. */
export class RegistryWords {
  readonly fingerprints = new Map<string, Record<string, string>>();
  readonly registeredAt = new Map<string, string>();
  readonly delegatedBy = new Map<string, string>();
  /** Agents that are not registered yet. */
  readonly missing = new Set<string>();
  away = false;
  organizations: Organization[] = [DEFAULT_ORGANIZATION];
  asked = 0;

  async listen(port: number): Promise<() => Promise<void>> {
    const server = createServer((request, response) => {
      const [status, body] = this.answer(decodeURIComponent(request.url ?? ''));
      if (this.away) return void response.destroy();
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    });
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    };
  }

  private answer(url: string): [number, object] {
    if (url === '/internal/organizations') return [200, { items: this.organizations }];
    this.asked += 1;
    const id = url.replace('/internal/agents/', '');
    if (id.endsWith('ghost') || this.missing.has(id))
      return [404, { type: '/problems/agent-not-found', title: 'Agent not found', status: 404 }];
    return [
      200,
      {
        agent_id: id,
        container_id: id.includes(':') ? id.split(':')[0] : null,
        type: null,
        framework: null,
        status: 'active',
        fingerprint: this.fingerprints.get(id) ?? null,
        delegated_by: this.delegatedBy.get(id) ?? null,
        stream_key_generation: 1,
        previous_stream_key_until: null,
        created_at: this.registeredAt.get(id) ?? '2026-01-01T00:00:00Z',
      },
    ];
  }
}
