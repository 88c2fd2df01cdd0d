import { Channels, connected, createRedis, decodeEntry, type RedisConnection, TopicHub } from '@agion/messaging';
import { AssertionSigner, parsePrivateKey, type RunningService, startService } from '@agion/service-kit';
import {
  asOwner,
  createTestDatabase,
  startRedis,
  type TestDatabase,
  testEnvironment,
  type TestRedis,
} from '@agion/testing';
import {
  channelKey,
  type ChannelName,
  containerOf,
  DEFAULT_ORGANIZATION,
  HEADERS,
  type Organization,
  type Principal,
  type ServiceName,
} from '@agion/wire';
import { v7 as uuidv7 } from 'uuid';
import { registry } from '../src/index.js';

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- a test looks into bodies of every shape
  body: any;
}

export interface Call {
  as?: Principal | null;
  body?: unknown;
  headers?: Record<string, string>;
  /** The service that signs; the gateway unless told. */
  from?: ServiceName;
}

/** The real service on a database and a Redis of its own, spoken to as the gateway does. */
export class RegistryUnderTest {
  private readonly signers = new Map<ServiceName, AssertionSigner>();

  private constructor(
    readonly service: RunningService,
    readonly env: Record<string, string>,
    readonly database: TestDatabase,
    readonly redisServer: TestRedis,
    readonly redis: RedisConnection,
    private readonly hub: TopicHub,
    private readonly parts: AsyncDisposableStack,
  ) {}

  static async start(mode: 'development' | 'production' = 'development'): Promise<RegistryUnderTest> {
    const parts = new AsyncDisposableStack();
    try {
      const database = await createTestDatabase();
      parts.defer(() => database.drop());
      const redisServer = await startRedis();
      parts.defer(() => redisServer.stop());
      const redis = createRedis({ url: redisServer.url, role: 'command', name: 'test' });
      parts.defer(() => redis.disconnect());
      const hub = new TopicHub({ redisUrl: redisServer.url, name: 'test' });
      parts.defer(() => hub.close());
      await connected(redis);
      const env = await testEnvironment({ databaseUrl: database.url, redisUrl: redisServer.url, mode });
      const service = await startService(registry, { env });
      parts.defer(() => service.close());
      return new RegistryUnderTest(service, env, database, redisServer, redis, hub, parts);
    } catch (error) {
      await parts.disposeAsync();
      throw error;
    }
  }

  /** Ends the service first, then what it stood on. */
  async close(): Promise<void> {
    await this.parts.disposeAsync();
  }

  async call(
    method: string,
    path: string,
    { as = operator(), body, headers = {}, from = 'gateway' }: Call = {},
  ): Promise<Answer> {
    const answer = await fetch(`${this.service.url}${path}`, {
      method,
      headers: {
        ...(as && { [HEADERS.assertion]: this.signer(from).sign('registry', as) }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    const json = answer.headers.get('content-type')?.includes('json') === true;
    return { status: answer.status, headers: answer.headers, text, body: json ? JSON.parse(text) : undefined };
  }

  /** Another organization, with a name nobody has. */
  async organization(slug: string): Promise<Organization> {
    const id = uuidv7();
    await asOwner(this.database, async (client) => {
      await client.query("SELECT set_config('app.organization_id', $1, false)", [id]);
      await client.query('INSERT INTO registry.organizations (organization_id, slug, name) VALUES ($1, $2, $2)', [
        id,
        slug,
      ]);
    });
    return { id, slug };
  }

  /** Rows as the owner sees them in one organization. */
  async rows<Row>(sql: string, values: unknown[] = [], organization = DEFAULT_ORGANIZATION): Promise<Row[]> {
    return asOwner(this.database, async (client) => {
      await client.query("SELECT set_config('app.organization_id', $1, false)", [organization.id]);
      return (await client.query(sql, values)).rows as Row[];
    });
  }

  /** Hears a channel from now on. */
  async hear(channel: ChannelName, slug = DEFAULT_ORGANIZATION.slug): Promise<unknown[]> {
    const heard: unknown[] = [];
    await new Promise<void>((resolve) => {
      new Channels(this.redis, this.hub).subscribe(channelKey(slug, channel), {
        notice: (payload) => heard.push(payload),
        onReady: resolve,
      });
    });
    return heard;
  }

  async entries(stream: string): Promise<Record<string, string>[]> {
    const entries = (await this.redis.xrange(stream, '-', '+')) as [string, string[]][];
    return entries.map(([, fields]) => decodeEntry(fields));
  }

  private signer(from: ServiceName): AssertionSigner {
    const known = this.signers.get(from);
    if (known) return known;
    const signer = new AssertionSigner(from, parsePrivateKey(this.env[`${from.toUpperCase()}_SERVICE_KEY`] ?? ''));
    this.signers.set(from, signer);
    return signer;
  }
}

const person = (subject: string, role: Principal['role'], organization: Organization): Principal => ({
  kind: 'user',
  subject,
  organization,
  role,
  groups: [],
});

export const operator = (organization = DEFAULT_ORGANIZATION): Principal => person('olga', 'operator', organization);
export const admin = (organization = DEFAULT_ORGANIZATION): Principal => person('ada', 'admin', organization);
export const viewer = (organization = DEFAULT_ORGANIZATION): Principal => person('vera', 'viewer', organization);

export const anonymous: Principal = {
  kind: 'anonymous',
  subject: 'anonymous',
  organization: DEFAULT_ORGANIZATION,
  role: null,
  groups: [],
};

export function agent(agentId: string, organization = DEFAULT_ORGANIZATION): Principal {
  const containerId = containerOf(agentId);
  return {
    kind: 'agent',
    subject: agentId,
    agentId,
    organization,
    role: null,
    groups: [],
    ...(containerId !== null && { containerId }),
  };
}

export const container = (containerId: string, organization = DEFAULT_ORGANIZATION): Principal => ({
  kind: 'container',
  subject: containerId,
  containerId,
  organization,
  role: null,
  groups: [],
});

export const serviceOf = (name: ServiceName): Principal => ({
  kind: 'service',
  subject: name,
  organization: DEFAULT_ORGANIZATION,
  role: null,
  groups: [],
});
