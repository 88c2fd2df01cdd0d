import { randomUUID } from 'node:crypto';
import { connected, createRedis, decodeEntry, type RedisConnection } from '@agion/messaging';
import { AssertionSigner, parsePrivateKey, startService, type RunningService } from '@agion/service-kit';
import {
  asOwner,
  clearOfMidnight,
  createTestDatabase,
  eventually,
  startRedis,
  type TestDatabase,
  testEnvironment,
  type TestRedis,
} from '@agion/testing';
import { DEFAULT_ORGANIZATION, HEADERS, replyStreamKey, STREAMS, streamKey, type Principal } from '@agion/wire';
import { governance } from '../src/index.js';
import { type Governed, publish } from './published-policies.js';
import { StubRegistry } from './stub-registry.js';

export type Fields = Record<string, string>;

/** An answer over HTTP; tests look into bodies of all shapes. */
export interface Answer {
  status: number;
  body: any; // eslint-disable-line @typescript-eslint/no-explicit-any -- see above
}

/** What a request over the streams may say. */
export interface Asked {
  agent_id?: string;
  action?: string;
  resource?: string | undefined;
  mission_id?: string | undefined;
  context?: Record<string, unknown>;
  arguments?: Record<string, unknown>;
  [field: string]: unknown;
}

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
  organization,
  role: null,
  agentId,
  groups: [],
});

/** The real service with its own database and Redis, and a registry that knows every agent but `*:ghost`. */
export class DecisionsUnderTest {
  private constructor(
    readonly database: TestDatabase,
    readonly redis: TestRedis,
    readonly commands: RedisConnection,
    readonly env: Record<string, string>,
    readonly registry: StubRegistry,
    readonly replicas: RunningService[],
  ) {}

  static async start(
    governed: readonly Governed[],
    { replicas = 1, mode = 'development' as const } = {},
  ): Promise<DecisionsUnderTest> {
    await clearOfMidnight(); // the ledger's partitions are of days
    const database = await createTestDatabase();
    const redis = await startRedis();
    const env = await testEnvironment({ databaseUrl: database.url, redisUrl: redis.url, mode });
    const others = governed.map(({ organization }) => organization).filter(({ id }) => id !== DEFAULT_ORGANIZATION.id);
    await publish(database, governed);
    const registry = await StubRegistry.start(Number(env.REGISTRY_PORT), [DEFAULT_ORGANIZATION, ...others]);
    const commands = createRedis({ url: redis.url, role: 'command', name: 'test' });
    await connected(commands);
    const test = new DecisionsUnderTest(database, redis, commands, env, registry, []);
    for (let replica = 0; replica < replicas; replica += 1) await test.startReplica();
    return test;
  }

  async startReplica(): Promise<RunningService> {
    const first = this.replicas.length === 0;
    const replica = await startService(governance, { env: { ...this.env, ...(!first && { GOVERNANCE_PORT: '0' }) } });
    this.replicas.push(replica);
    return replica;
  }

  async stopReplicas(): Promise<void> {
    for (const replica of this.replicas.splice(0)) await replica.close();
  }

  async stop(): Promise<void> {
    await this.stopReplicas();
    await this.registry.stop();
    this.commands.disconnect();
    await this.redis.stop();
    await this.database.drop();
  }

  /** Appends a request. @returns its correlation id and the id of the entry */
  async ask(
    asked: Asked = {},
    { slug } = DEFAULT_ORGANIZATION,
    id = '*',
  ): Promise<{ correlation: string; id: string }> {
    const correlation = randomUUID();
    const fields = requestFields({ correlation_id: correlation, ...asked });
    const taken = await this.commands.call(
      'XADD',
      streamKey(slug, STREAMS.governanceRequests),
      id,
      ...Object.entries(fields).flat(),
    );
    return { correlation, id: String(taken) };
  }

  /** All entries of a stream. */
  async entries(stream: string): Promise<Fields[]> {
    return (await this.commands.xrange(stream, '-', '+')).map(([, flat]) => decodeEntry(flat));
  }

  /** Answers with this correlation id. */
  async answers(correlation: string, stream: string = STREAMS.governanceResponses): Promise<Fields[]> {
    return (await this.entries(stream)).filter(({ correlation_id: id }) => id === correlation);
  }

  /** The one answer to a request. */
  async answerTo(asked: Asked, stream?: string): Promise<Fields> {
    const { correlation } = await this.ask(asked);
    return eventually(async () => {
      const [answer, ...more] = await this.answers(correlation, stream);
      if (!answer || more.length > 0) throw new Error(`${more.length + (answer ? 1 : 0)} answers`);
      return answer;
    });
  }

  /** The row of a decision, once it is there. */
  recorded(decisionId: string | undefined): Promise<Record<string, unknown>> {
    return eventually(async () => {
      const [row] = await this.ledger('decision_id = $1', decisionId);
      if (!row) throw new Error('it is not in the ledger');
      return row;
    });
  }

  /** A request as the gateway would pass it on. */
  async call(method: string, path: string, as: Principal, body?: object): Promise<Answer> {
    const key = parsePrivateKey(this.env.GATEWAY_SERVICE_KEY ?? '');
    const assertion = new AssertionSigner('gateway', key).sign('governance', as);
    const response = await fetch(`${this.replicas[0]?.url}${path}`, {
      method,
      headers: { [HEADERS.assertion]: assertion, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
  }

  /** A decision as the ledger shows it. */
  async shown(decisionId: string | undefined, organization = DEFAULT_ORGANIZATION): Promise<Record<string, unknown>> {
    return (await this.call('GET', `/v1/decisions/${decisionId}`, person('viewer', organization))).body as Record<
      string,
      unknown
    >;
  }

  /** Rows of the ledger, as they are. */
  ledger(where = 'true', ...values: unknown[]): Promise<Record<string, unknown>[]> {
    return this.rows(`SELECT * FROM governance.decisions WHERE ${where} ORDER BY at, decision_id`, ...values);
  }

  rows(text: string, ...values: unknown[]): Promise<Record<string, unknown>[]> {
    return asOwner(this.database, async (client) => (await client.query<Record<string, unknown>>(text, values)).rows);
  }

  deadLetters(): Promise<Fields[]> {
    return this.entries(`${STREAMS.governanceRequests}:dead`);
  }
}

export const ownStream = (agentId: string, instance?: string): string =>
  replyStreamKey('default', agentId.split(':')[0] ?? '', instance);

/** The fields of a request; values that are not text become JSON. */
export const requestFields = (asked: Asked): Fields =>
  Object.fromEntries(
    Object.entries({ agent_id: 'demo:echo', action: 'read', ...asked })
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
  );
