import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SyncDocument } from '../src/policies/policy-bundle.js';
import { Signer, type Sketch } from './signed-policies.js';

export const OWNER = { organization: 'default', agentId: 'demo:echo' };

/** A gateway that has policies and nothing else: what it answers can be broken. */
export class PolicyServer {
  signer = new Signer();
  /** Keys it publishes. */
  keys = [this.signer.jwk];
  revision = 0;
  epoch = 0;
  stopped = false;
  /** What was asked for. */
  readonly asked: { path: string; status: number }[] = [];
  /** Changes an answer on its way out. */
  tamper: (document: SyncDocument) => unknown = (document) => document;
  /** Answers this instead of policies. */
  refusal: { status: number; headers?: Record<string, string> } | undefined;
  /** Milliseconds an answer takes. */
  delayMs = 0;
  /** Whether it knows what has changed since a revision. */
  knowsHistory = true;
  private readonly history: Sketch[][] = [[]];
  private server: Server | undefined;
  private port = 0;

  static async start(): Promise<PolicyServer> {
    const server = new PolicyServer();
    await server.start();
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get syncs(): { path: string; status: number }[] {
    return this.asked.filter(({ path }) => path.startsWith('/api/v1/policies'));
  }

  /** Publishes another set. */
  publish(...sketches: Sketch[]): void {
    this.revision += 1;
    this.history[this.revision] = sketches;
  }

  async start(): Promise<void> {
    const server = createServer((request, response) => {
      setTimeout(() => this.answer(request, response), this.delayMs);
    });
    this.server = server;
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.port = (server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    if (!server) return;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', this.url);
    const reply = (status: number, body: unknown, headers: Record<string, string> = {}): void => {
      this.asked.push({ path: `${url.pathname}${url.search}`, status });
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(status === 304 ? undefined : JSON.stringify(body));
    };
    if (url.pathname === '/.well-known/agion-keys') return reply(200, { keys: this.keys });
    if (this.refusal) return reply(this.refusal.status, { title: 'refused' }, this.refusal.headers);
    const since = url.searchParams.get('since');
    const isGone = since !== null && (!this.knowsHistory || Number(since) > this.revision);
    if (isGone) return reply(410, { title: 'gone' });
    const body = this.tamper(since === null ? this.whole() : this.changes(Number(since)));
    const etag = `"${createHash('sha256').update(JSON.stringify(body)).digest('base64url')}"`;
    reply(request.headers['if-none-match'] === etag ? 304 : 200, body, { etag });
  }

  private whole(): SyncDocument {
    const { revision, epoch, stopped } = this;
    return this.signer.document(OWNER, { revision, epoch, stopped }, this.history[revision] ?? []);
  }

  private changes(since: number): SyncDocument {
    const { policies = [], ...state } = this.whole();
    const texts = (sketches: readonly Sketch[]): Map<string, string> =>
      new Map(sketches.map((sketch) => [sketch.id, JSON.stringify(sketch)]));
    const [before, now] = [texts(this.history[since] ?? []), texts(this.history[this.revision] ?? [])];
    const upserted = policies.filter((policy) => {
      const { id } = (policy as { metadata: { id: string } }).metadata;
      return before.get(id) !== now.get(id);
    });
    const removed = [...before.keys()].filter((id) => !now.has(id)).sort();
    return { ...state, upserted, removed };
  }
}
