import {
  connected,
  createRedis,
  decodeEntry,
  type RedisConnection,
  signAsAgent,
  StreamProducer,
} from '@agion/messaging';
import {
  AssertionSigner,
  parsePrivateKey,
  signEntry,
  startService,
  StreamKeys,
  type RunningService,
} from '@agion/service-kit';
import {
  addOrganization,
  asOwner,
  clearOfMidnight,
  createTestDatabase,
  eventually,
  startRedis,
  type TestDatabase,
  testEnvironment,
  type TestRedis,
} from '@agion/testing';
import {
  DEFAULT_ORGANIZATION,
  deadLetterKey,
  HEADERS,
  keys,
  streamKey,
  type Organization,
  type Principal,
  type StreamName,
} from '@agion/wire';
import { expect } from '@jest/globals';
import { governance } from '../src/index.js';
import { RegistryWords } from './registry-words.js';

export type Fields = Record<string, string>;
type Row = Record<string, unknown>;

export const person = (role: Principal['role'], organization = DEFAULT_ORGANIZATION): Principal => ({
  kind: 'user',
  subject: 'ada',
  organization,
  role,
  groups: [],
});

export const agent = (agentId: string, organization = DEFAULT_ORGANIZATION): Principal => ({
  kind: 'agent',
  subject: agentId,
  agentId,
  organization,
  role: null,
  groups: [],
});

export const container = (containerId: string): Principal => ({
  kind: 'container',
  subject: containerId,
  containerId,
  organization: DEFAULT_ORGANIZATION,
  role: null,
  groups: [],
});

/** The real service on its own database and Redis. */
export class TrustUnderTest {
  private constructor(
    readonly database: TestDatabase,
    readonly redis: TestRedis,
    readonly commands: RedisConnection,
    readonly env: Record<string, string>,
    readonly registry: RegistryWords,
    readonly acme: Organization,
    private service: RunningService,
    private readonly parts: AsyncDisposableStack,
  ) {}

  static async start(
    mode: 'development' | 'production' = 'development',
    settings: Record<string, string> = {},
  ): Promise<TrustUnderTest> {
    await clearOfMidnight(); // scores, months and partitions are of days
    const parts = new AsyncDisposableStack();
    try {
      const database = await createTestDatabase();
      parts.defer(() => database.drop());
      const redis = await startRedis();
      parts.defer(() => redis.stop());
      const acme = await addOrganization(database, 'acme');
      const env = { ...(await testEnvironment({ databaseUrl: database.url, redisUrl: redis.url, mode })), ...settings };
      const registry = new RegistryWords();
      registry.organizations.push(acme);
      parts.defer(await registry.listen(Number(env.REGISTRY_PORT)));
      const commands = createRedis({ url: redis.url, role: 'command', name: 'test' });
      parts.defer(() => commands.disconnect());
      await connected(commands);
      const service = await startService(governance, { env });
      return new TrustUnderTest(database, redis, commands, env, registry, acme, service, parts);
    } catch (error) {
      await parts.disposeAsync();
      throw error;
    }
  }

  async stop(): Promise<void> {
    await this.stopService();
    await this.parts.disposeAsync();
  }

  /** One of the service's own parts. */
  part = <Part>(type: new (...given: never[]) => Part): Part => this.service.app.get(type);

  stopService = (): Promise<void> => this.service.close();
  startService = async (): Promise<void> => {
    this.service = await startService(governance, { env: this.env });
  };

  /** The same service once more. */
  startReplica = (): Promise<RunningService> =>
    startService(governance, { env: { ...this.env, GOVERNANCE_PORT: '0' } });

  /** Appends entries as an agent would, in one round trip. @returns their ids */
  append(stream: StreamName, entries: readonly Fields[], { slug } = DEFAULT_ORGANIZATION): Promise<string[]> {
    return new StreamProducer(this.commands).appendMany(streamKey(slug, stream), entries);
  }

  /** The entry as a service would write it. */
  signed(stream: StreamName, fields: Fields, { slug } = DEFAULT_ORGANIZATION): Fields {
    const key = parsePrivateKey(this.env.EXECUTION_SERVICE_KEY ?? '');
    return { ...signEntry(streamKey(slug, stream), fields, 'execution', key) };
  }

  /** The entry as an agent would sign it. */
  signedBy(agentId: string, stream: StreamName, fields: Fields, { id, slug } = DEFAULT_ORGANIZATION): Fields {
    const key = new StreamKeys(this.env.AGION_STREAM_SECRET ?? '').of(id, agentId, 1);
    return { ...signAsAgent(streamKey(slug, stream), fields, key) };
  }

  /** Waits until every entry of the stream is acknowledged. */
  async settled(stream: StreamName, organization = DEFAULT_ORGANIZATION, group = 'governance'): Promise<void> {
    const key = streamKey(organization.slug, stream);
    await eventually(
      async () => {
        const groups = (await this.commands.xinfo('GROUPS', key)) as unknown[][];
        const found = groups.map((flat) => Object.fromEntries(pairs(flat))).find(({ name }) => name === group);
        expect([found?.pending, found?.lag]).toEqual([0, 0]);
      },
      { timeoutMs: 20_000 },
    );
  }

  /** Lets the group begin again: everything is delivered once more, as after an acknowledgement that was lost. */
  async redeliver(stream: StreamName): Promise<void> {
    await this.stopService();
    await this.commands.call('XGROUP', 'SETID', stream, 'governance', '0');
    await this.startService();
  }

  async deadLetters(stream: StreamName, { slug } = DEFAULT_ORGANIZATION): Promise<Fields[]> {
    const entries = await this.commands.xrange(deadLetterKey(streamKey(slug, stream)), '-', '+');
    return (entries as [string, string[]][]).map(([, fields]) => ({ ...decodeEntry(fields) }));
  }

  rows(text: string, ...values: unknown[]): Promise<Row[]> {
    return asOwner(this.database, async (client) => {
      const { rows } = await client.query<Row>(text, values);
      return rows;
    });
  }

  /** Events recorded about an agent. */
  events = (agentId: string, { id } = DEFAULT_ORGANIZATION): Promise<Row[]> =>
    this.rows(
      'SELECT * FROM governance.trust_events WHERE organization_id = $1 AND agent_id = $2 ORDER BY event_id',
      id,
      agentId,
    );

  key = async (agentId: string, { slug } = DEFAULT_ORGANIZATION): Promise<number | null> => {
    const text = await this.commands.get(keys.trustScore(slug, agentId));
    return text === null ? null : Number(text);
  };

  async call(
    method: string,
    path: string,
    as: Principal = person('operator'),
    body?: unknown,
    headers: Record<string, string> = {},
    // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests look into bodies of all shapes
  ): Promise<{ status: number; body: any }> {
    const response = await this.respond(method, path, as, body, headers);
    return { status: response.status, body: await response.json() };
  }

  /** The whole answer. */
  respond(
    method: string,
    path: string,
    as: Principal,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    const signer = new AssertionSigner('gateway', parsePrivateKey(this.env.GATEWAY_SERVICE_KEY ?? ''));
    return fetch(`${this.service.url}${path}`, {
      method,
      headers: {
        [HEADERS.assertion]: signer.sign('governance', as),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  }

  trust = async (agentId: string, as = person('viewer')): Promise<Row> =>
    (await this.call('GET', `/v1/agents/${agentId}/trust`, as)).body as Row;
}

const pairs = (flat: unknown[]): [string, unknown][] =>
  Array.from({ length: flat.length / 2 }, (_, i) => [String(flat[2 * i]), flat[2 * i + 1]]);
