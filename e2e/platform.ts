import { SignJWT } from 'jose';
import { coordination } from '@agion/coordination';
import { execution } from '@agion/execution';
import { gateway } from '@agion/gateway';
import { governance } from '@agion/governance';
import { registry } from '@agion/registry';
import { type RunningService, type ServiceDefinition, startService } from '@agion/service-kit';
import { createTestDatabase, startRedis, type TestDatabase, testEnvironment, type TestRedis } from '@agion/testing';
import type { Role, ServiceName } from '@agion/wire';

/** The whole platform in this process: real Postgres, real Redis, real HTTP on free ports. */
export interface Platform {
  /** The gateway's origin. */
  readonly url: string;
  readonly env: Readonly<Record<string, string>>;
  readonly database: TestDatabase;
  readonly redis: TestRedis;
  readonly services: ReadonlyMap<ServiceName, RunningService>;
  /** A person's JWT, as the identity provider would sign it at some time, in milliseconds since 1970: now, unless told. */
  person(role: Role, options?: { subject?: string; organization?: string; at?: number }): Promise<string>;
  /** One call of the public API; `token` is a bearer token. */
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  /** Ends one of its services, as SIGTERM would. */
  end(name: ServiceName): Promise<void>;
  /** Starts one of its services in this process, where none runs. */
  begin(name: ServiceName): Promise<void>;
  stop(): Promise<void>;
}

export interface CallOptions {
  token?: string;
  body?: unknown;
  headers?: Record<string, string>;
}

export interface Answer {
  status: number;
  headers: Headers;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests reach into answers of any shape
  body: any;
}

const HOUR_MS = 3_600_000;

/** Those that are called start before those that call them. */
const SERVICES: readonly ServiceDefinition[] = [registry, governance, coordination, execution, gateway];

export interface PlatformOptions {
  mode?: 'development' | 'production';
  env?: Record<string, string>;
  /** Services that are not started here, because a test runs them in a process of their own. */
  without?: readonly ServiceName[];
  /** A Redis of the test's own making, stopped with the platform. */
  redis?: Promise<TestRedis>;
}

export async function startPlatform({
  mode = 'development',
  env: extra = {},
  without = [],
  redis: given = startRedis(),
}: PlatformOptions = {}): Promise<Platform> {
  const [database, redis] = await Promise.all([createTestDatabase(), given]);
  const env = { ...(await testEnvironment({ databaseUrl: database.url, redisUrl: redis.url, mode })), ...extra };
  const services = new Map<ServiceName, RunningService>();
  const begin = async (name: ServiceName): Promise<void> => {
    const definition = SERVICES.find((each) => each.name === name);
    if (definition) services.set(name, await startService(definition, { env }));
  };
  const end = async (name: ServiceName): Promise<void> => {
    await services.get(name)?.close();
    services.delete(name);
  };
  const stop = async (): Promise<void> => {
    for (const service of [...services.values()].toReversed()) await service.close();
    await redis.stop();
    await database.drop();
  };
  try {
    for (const { name } of SERVICES) if (!without.includes(name)) await begin(name);
  } catch (error) {
    await stop();
    throw error;
  }
  const url = services.get('gateway')?.url ?? `http://127.0.0.1:${env.GATEWAY_PORT}`;
  return {
    url,
    env,
    database,
    redis,
    services,
    begin,
    end,
    stop,
    person: (role, options) => sign(env, role, options),
    call: (method, path, options) => call(url, method, path, options),
  };
}

async function sign(
  env: Record<string, string>,
  role: Role,
  { subject = `${role}@example.test`, organization = 'default', at = Date.now() } = {},
): Promise<string> {
  return new SignJWT({ role: 'authenticated', app_metadata: { role, organization } })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setSubject(subject)
    .setIssuer(env.JWT_ISSUER ?? '')
    .setAudience(env.JWT_AUDIENCE ?? '')
    .setIssuedAt(new Date(at))
    .setExpirationTime(new Date(at + HOUR_MS))
    .sign(Buffer.from(env.SUPABASE_JWT_SECRET ?? ''));
}

async function call(
  origin: string,
  method: string,
  path: string,
  { token, body, headers = {} }: CallOptions = {},
): Promise<Answer> {
  const response = await fetch(origin + path, {
    method,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    signal: AbortSignal.timeout(20_000),
  });
  const text = await response.text();
  const json = response.headers.get('content-type')?.includes('json') ?? false;
  return { status: response.status, headers: response.headers, body: json && text !== '' ? JSON.parse(text) : text };
}
