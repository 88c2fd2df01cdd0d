import { connected, createRedis, decodeEntry, StreamProducer, type RedisConnection } from '@agion/messaging';
import {
  AssertionSigner,
  parsePrivateKey,
  parsePublicKeys,
  signEntry,
  startService,
  type PublicKeys,
} from '@agion/service-kit';
import {
  addOrganization,
  createTestDatabase,
  serveOrganizations,
  startRedis,
  testEnvironment,
  type TestDatabase,
} from '@agion/testing';
import { DEFAULT_ORGANIZATION, HEADERS, type Organization, type Principal } from '@agion/wire';
import { coordination } from '../src/index.js';

/** An answer, its body read. */
export interface Answer {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
}

/** The real service on its own database and Redis, asked as the gateway asks it. */
export interface RunningCoordination {
  database: TestDatabase;
  commands: RedisConnection;
  /** A second tenant. */
  acme: Organization;
  serviceKeys: PublicKeys;
  /** The entry as governance would sign it. */
  signedByGovernance(stream: string, fields: Record<string, string>): Record<string, string>;
  url: string;
  get(path: string, principal?: Principal): Promise<Answer>;
  post(path: string, body: unknown, options?: { principal?: Principal; idempotencyKey?: string }): Promise<Answer>;
  append(stream: string, fields: Record<string, string>): Promise<string>;
  entries(stream: string): Promise<Record<string, string>[]>;
  stop(): Promise<void>;
}

export const person = (role: Principal['role'], organization = DEFAULT_ORGANIZATION, subject = 'ada'): Principal => ({
  kind: 'user',
  subject,
  organization,
  role,
  groups: [],
});

export async function startCoordination(
  mode: 'development' | 'production' = 'development',
): Promise<RunningCoordination> {
  const undo: (() => unknown)[] = [];
  const stop = async (): Promise<void> => {
    for (const step of undo.toReversed()) await step();
  };
  try {
    const database = await createTestDatabase();
    undo.push(() => database.drop());
    const redis = await startRedis();
    undo.push(() => redis.stop());
    const acme = await addOrganization(database, 'acme');
    const env = await testEnvironment({ databaseUrl: database.url, redisUrl: redis.url, mode });
    undo.push(await serveOrganizations(env, [acme]));
    const service = await startService(coordination, { env });
    undo.push(() => service.close());
    const commands = createRedis({ url: redis.url, role: 'command', name: 'test' });
    undo.push(() => commands.disconnect());
    await connected(commands);

    const gateway = new AssertionSigner('gateway', parsePrivateKey(env.GATEWAY_SERVICE_KEY ?? ''));
    const ask = async (path: string, init: RequestInit, principal = person('operator')): Promise<Answer> => {
      const headers = { ...init.headers, [HEADERS.assertion]: gateway.sign('coordination', principal) };
      const response = await fetch(`${service.url}${path}`, { ...init, headers });
      return { status: response.status, headers: response.headers, body: (await response.json()) as Answer['body'] };
    };
    return {
      database,
      commands,
      acme,
      serviceKeys: parsePublicKeys(env.AGION_SERVICE_KEYS ?? '') ?? new Map(),
      signedByGovernance: (stream, fields) => ({
        ...signEntry(stream, fields, 'governance', parsePrivateKey(env.GOVERNANCE_SERVICE_KEY ?? '')),
      }),
      url: service.url,
      get: (path, principal) => ask(path, {}, principal),
      post: (path, body, { principal, idempotencyKey } = {}) =>
        ask(
          path,
          {
            method: 'POST',
            headers: {
              'content-type': 'application/json',
              ...(idempotencyKey !== undefined && { [HEADERS.idempotencyKey]: idempotencyKey }),
            },
            body: typeof body === 'string' ? body : JSON.stringify(body),
          },
          principal,
        ),
      append: (stream, fields) => new StreamProducer(commands).append(stream, fields),
      entries: async (stream) => (await commands.xrange(stream, '-', '+')).map(([, flat]) => decodeEntry(flat)),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
