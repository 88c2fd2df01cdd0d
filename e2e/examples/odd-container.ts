import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Platform } from '../platform.js';

/** What a container may get wrong. */
export type Fault =
  | 'unhealthy'
  | 'no version'
  | 'odd id'
  | 'other name'
  | 'silent'
  | 'no execution id'
  | 'forgiving'
  | 'ungoverned'
  | 'disobedient'
  | 'deaf'
  | 'leaves its instance';

interface Reply {
  status: number;
  body: unknown;
  type?: string;
}

const problem = (status: number, detail: string, more: object = {}): Reply => ({
  status,
  body: { type: 'about:blank', title: 'Refused', status, detail, ...more },
  type: 'application/problem+json',
});

/** A container as small as the contract allows, which gets wrong what it is told to. */
export class OddContainer {
  private token = '';
  private beat: NodeJS.Timeout | undefined;
  private readonly server: Server = createServer((request, response) => {
    const send = ({ status, body, type = 'application/json' }: Reply): void => {
      response.writeHead(status, { 'content-type': type, connection: 'close' }).end(JSON.stringify(body));
    };
    this.reply(request).then(send, (error: unknown) => send(problem(500, String(error))));
  });

  private constructor(
    private readonly platform: Platform,
    private readonly id: string,
    private readonly faults: ReadonlySet<Fault>,
  ) {}

  static async start(platform: Platform, faults: readonly Fault[]): Promise<OddContainer> {
    const container = new OddContainer(platform, `odd-${randomUUID().slice(0, 8)}:agent`, new Set(faults));
    await once(container.server.listen(0, '127.0.0.1'), 'listening');
    const registered = await platform.call('POST', '/api/v1/agents/register', { body: container.agent });
    container.token = registered.body.token;
    if (!container.faults.has('silent')) container.beat = setInterval(() => container.tell('heartbeat'), 100);
    return container;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** What stands for SIGTERM. */
  async stop(): Promise<{ status: number } | undefined> {
    clearInterval(this.beat);
    if (!this.faults.has('leaves its instance'))
      await this.platform.call('DELETE', `/api/v1/agents/${this.id}`, { token: this.token });
    return this.faults.has('deaf') ? undefined : { status: 0 };
  }

  close(): void {
    clearInterval(this.beat);
    this.server.close();
  }

  private get agent(): { agent_id: string; [member: string]: unknown } {
    return { agent_id: this.id, name: 'Odd', type: 'test', version: '1', capabilities: ['b', 'a'] };
  }

  private listed(): object {
    const { version, ...agent } = this.agent;
    if (this.faults.has('odd id')) agent.agent_id = agent.agent_id.replace('agent', 'Agent');
    if (this.faults.has('other name')) agent.name = 'Even';
    return this.faults.has('no version') ? agent : { ...agent, version };
  }

  private async reply(request: IncomingMessage): Promise<Reply> {
    const path = decodeURIComponent(request.url ?? '');
    const sent = await text(request);
    if (path === '/health')
      return { status: 200, body: { status: this.faults.has('unhealthy') ? 'fine' : 'healthy', version: '1' } };
    if (path === '/agents') return { status: 200, body: [this.listed()] };
    if (path !== `/agents/${this.id}/invoke`) return problem(404, 'there is no such agent');
    return this.invoke(sent);
  }

  private async invoke(sent: string): Promise<Reply> {
    const hasQuery = /"query":"[^"]*"/.test(sent);
    if (!hasQuery && !this.faults.has('forgiving')) return problem(400, 'there is no `query`');
    const executionId = randomUUID();
    if (!this.faults.has('ungoverned')) {
      const body = { agent_id: this.id, action: 'answer', phase: 'permission' };
      const { body: decision } = await this.platform.call('POST', '/api/v1/governance/check', {
        token: this.token,
        body,
      });
      if (!decision.allowed && !this.faults.has('disobedient'))
        return problem(403, decision.reason, { decision_id: decision.decision_id });
      await this.report(decision.decision_id);
    }
    return {
      status: 200,
      body: { result: 'well', ...(!this.faults.has('no execution id') && { execution_id: executionId }) },
    };
  }

  private async report(decisionId: string): Promise<void> {
    const body = {
      kind: 'trust',
      agent_id: this.id,
      event_type: 'execution_succeeded',
      severity: 'positive',
      impact: 0.05,
    };
    await this.platform.call('POST', '/api/v1/events', {
      token: this.token,
      body: { ...body, context: { decision_id: decisionId } },
    });
  }

  /** A beat that is lost is no fault of the container's: there is another one soon. */
  private tell(what: string): void {
    const options = { token: this.token, body: {} };
    this.platform.call('POST', `/api/v1/agents/${this.id}/${what}`, options).catch(() => undefined);
  }
}
