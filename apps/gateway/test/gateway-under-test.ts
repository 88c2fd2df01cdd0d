import { once } from 'node:events';
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { SignJWT } from 'jose';
import { startService, type RunningService } from '@agion/service-kit';
import { startRedis, testEnvironment, type TestRedis } from '@agion/testing';
import { DEFAULT_ORGANIZATION, formatToken, PROBLEMS, problemType, type ProblemName, type Role } from '@agion/wire';
import { gateway } from '../src/index.js';

export interface Heard {
  method: string;
  url: string;
  headers: IncomingMessage['headers'];
  body: Buffer;
}

export type Behaviour = (heard: Heard, response: ServerResponse, request: IncomingMessage) => void;

/** A plain HTTP server where the gateway looks for a service: well-behaved, slow or broken, as the test says. */
export class Upstream {
  readonly heard: Heard[] = [];
  behave: Behaviour = (_, response) => json(response, { items: [] });
  private constructor(readonly server: Server) {}

  static async listen(port: number): Promise<Upstream> {
    const server = createServer();
    const upstream = new Upstream(server);
    server.on('request', (request: IncomingMessage, response: ServerResponse) => void upstream.hear(request, response));
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return upstream;
  }

  /** Requests that were routed here, the gateway's own questions aside. */
  routed(): Heard[] {
    return this.heard.filter(({ url }) => url.startsWith('/v1/'));
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private async hear(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const heard = {
      method: request.method ?? '',
      url: request.url ?? '',
      headers: request.headers,
      body: Buffer.concat(chunks),
    };
    this.heard.push(heard);
    if (heard.url === '/health') json(response, { status: 'healthy' });
    else if (heard.url === '/internal/credentials/verify') verify(heard, response);
    else if (heard.url === '/internal/organizations') json(response, { items: [] });
    else if (heard.url.startsWith('/internal/')) json(response, problem('not-found'), 404, PROBLEM);
    else this.behave(heard, response, request);
  }
}

export function json(
  response: ServerResponse,
  body: unknown,
  status = 200,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

const PROBLEM = { 'content-type': 'application/problem+json' };
const problem = (name: ProblemName): object => ({ type: problemType(name), ...PROBLEMS[name] });

const AGENT = { kind: 'agent', subject: 'a:b', agentId: 'a:b', role: null };
const SERVICE_ACCOUNT = { kind: 'service_account', subject: 'reports', role: 'viewer' };

/** Tokens whose key id begins with `good` are an agent's or a service account's. */
function verify({ body }: Heard, response: ServerResponse): void {
  const { token } = JSON.parse(body.toString()) as { token: string };
  const [, kind] = /^agion_(agt|svc)_good/.exec(token) ?? [];
  if (kind === undefined) {
    json(response, problem('unauthenticated'), 401, PROBLEM);
    return;
  }
  const principal = { ...(kind === 'agt' ? AGENT : SERVICE_ACCOUNT), groups: [], credentialId: 'good' };
  json(response, { principal: { ...principal, organization: DEFAULT_ORGANIZATION }, expires_at: null });
}

const tokenOf = (kind: 'agent' | 'service_account', keyId: string): string =>
  formatToken({ kind, keyId: keyId.padEnd(16, 'a'), secret: 'x'.repeat(43) });

export const agentToken = (keyId: string): string => tokenOf('agent', keyId);
export const serviceToken = (keyId: string): string => tokenOf('service_account', keyId);

export interface Answer {
  status: number;
  headers: IncomingMessage['headers'];
  text: string;
  body: Record<string, unknown>;
}

export interface GatewayUnderTest {
  readonly running: RunningService;
  readonly registry: Upstream;
  readonly redis: TestRedis;
  readonly env: Record<string, string>;
  person(role?: Role, claims?: Record<string, unknown>): Promise<string>;
  /** One request, its target sent exactly as written. */
  call(method: string, target: string, options?: CallOptions): Promise<Answer>;
  stop(): Promise<void>;
}

export interface CallOptions {
  token?: string;
  headers?: Record<string, string | string[]>;
  body?: string | Buffer;
}

/** The real gateway on a real Redis; `registry` is a plain server, the other services are away. */
export async function startGateway(extra: Record<string, string> = {}): Promise<GatewayUnderTest> {
  const redis = await startRedis();
  const env = { ...(await testEnvironment({ databaseUrl: 'postgres://unused', redisUrl: redis.url })), ...extra };
  const registry = await Upstream.listen(Number(env.REGISTRY_PORT));
  const running = await startService(gateway, { env });
  return {
    running,
    registry,
    redis,
    env,
    person: (role, claims) => sign(env, role, claims),
    call: (method, target, options) => call(running.url, method, target, options),
    stop: async () => {
      await running.close();
      await registry.close();
      await redis.stop();
    },
  };
}

const sign = (env: Record<string, string>, role?: Role, claims: Record<string, unknown> = {}): Promise<string> =>
  new SignJWT({ sub: 'ada', role: 'authenticated', ...(role && { app_metadata: { role } }), ...claims })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuer(env.JWT_ISSUER ?? '')
    .setAudience(env.JWT_AUDIENCE ?? '')
    .setExpirationTime((claims.exp as number | undefined) ?? '1h')
    .sign(Buffer.from(env.SUPABASE_JWT_SECRET ?? ''));

async function call(origin: string, method: string, target: string, options: CallOptions = {}): Promise<Answer> {
  const { token, headers = {}, body } = options;
  const { hostname, port } = new URL(origin);
  const request = httpRequest({
    hostname,
    port,
    method,
    path: target,
    agent: false,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
      ...headers,
    },
  });
  request.end(body);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  const isJson = /json/.test(response.headers['content-type'] ?? '') && text !== '';
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    text,
    body: (isJson ? JSON.parse(text) : {}) as Record<string, unknown>,
  };
}
