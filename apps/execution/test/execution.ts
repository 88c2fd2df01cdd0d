import { createTestDatabase, startRedis, testEnvironment, type TestDatabase, type TestRedis } from '@agion/testing';
import { AssertionSigner, parsePrivateKey, startService, type RunningService } from '@agion/service-kit';
import {
  DEFAULT_ORGANIZATION,
  feedKey,
  HEADERS,
  type Organization,
  type Principal,
  type RunFeedEvent,
} from '@agion/wire';
import { createRedis, type RedisConnection } from '@agion/messaging';
import { execution } from '../src/index.js';

/** A user of an organization, as the gateway would assert them. */
export const aUser = (subject: string, facts: Partial<Principal> = {}): Principal => ({
  kind: 'user',
  subject,
  organization: DEFAULT_ORGANIZATION,
  role: 'viewer',
  groups: [],
  ...facts,
});

export interface Answer<Body> {
  status: number;
  headers: Headers;
  body: Body;
}

export interface CallOptions {
  at?: RunningService | undefined;
  headers?: Record<string, string>;
}

/** The execution service on servers of its own, and a gateway's key to call it with. */
export interface ExecutionBench {
  readonly env: Record<string, string>;
  readonly database: TestDatabase;
  readonly redis: TestRedis;
  readonly commands: RedisConnection;
  readonly service: RunningService;
  /** Starts another instance on the same servers. */
  another(settings?: Record<string, string>): Promise<RunningService>;
  call<Body>(
    principal: Principal,
    method: string,
    path: string,
    body?: unknown,
    options?: CallOptions,
  ): Promise<Answer<Body>>;
  /** The feed as it stands. */
  events(runId: string, organization?: Organization): Promise<RunFeedEvent[]>;
  close(): Promise<void>;
}

export async function startExecution(settings: Record<string, string> = {}): Promise<ExecutionBench> {
  const [database, redis] = await Promise.all([createTestDatabase(), startRedis()]);
  const env = { ...(await testEnvironment({ databaseUrl: database.url, redisUrl: redis.url })), ...settings };
  const signer = new AssertionSigner('gateway', parsePrivateKey(env.GATEWAY_SERVICE_KEY ?? ''));
  const service = await startService(execution, { env });
  const others: RunningService[] = [];
  const commands = createRedis({ url: redis.url, role: 'command', name: 'test' });
  return {
    env,
    database,
    redis,
    commands,
    service,
    another: async (more = {}) => {
      const other = await startService(execution, { env: { ...env, ...more, EXECUTION_PORT: '0' } });
      others.push(other);
      return other;
    },
    call: async <Body>(
      principal: Principal,
      method: string,
      path: string,
      body?: unknown,
      { at = service, headers = {} } = {},
    ) => {
      const response = await fetch(`${at.url}${path}`, {
        method,
        headers: {
          [HEADERS.assertion]: signer.sign('execution', principal),
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      return { status: response.status, headers: response.headers, body: (await response.json()) as Body };
    },
    events: async (runId, { slug } = DEFAULT_ORGANIZATION) => {
      const entries = await commands.xrange(feedKey.runEvents(slug, runId), '-', '+');
      return entries.map(([, fields]) => JSON.parse(fields[1] ?? '') as RunFeedEvent);
    },
    close: async () => {
      await Promise.all([service, ...others].map((each) => each.close()));
      commands.disconnect();
      await Promise.all([redis.stop(), database.drop()]);
    },
  };
}
