import { createPublicKey, type KeyObject } from 'node:crypto';
import { connected, createRedis, StreamProducer, type RedisConnection } from '@agion/messaging';
import {
  AssertionSigner,
  auditEntry,
  parsePrivateKey,
  signEntry,
  startService,
  type AuditFact,
  type RunningService,
} from '@agion/service-kit';
import {
  addOrganization,
  createTestDatabase,
  serveOrganizations,
  startRedis,
  testEnvironment,
  type TestDatabase,
} from '@agion/testing';
import {
  DEFAULT_ORGANIZATION,
  HEADERS,
  STREAMS,
  streamKey,
  type Organization,
  type Principal,
  type ServiceName,
} from '@agion/wire';
import { governance } from '../src/index.js';

type Fields = Readonly<Record<string, string>>;

/** The real service on its own database and Redis, and the hands of the other services. */
export interface RunningGovernance {
  database: TestDatabase;
  commands: RedisConnection;
  redisUrl: string;
  /** A second tenant. */
  acme: Organization;
  url(): string;
  stopService(): Promise<void>;
  startService(): Promise<void>;
  stop(): Promise<void>;
}

export const person = (role: Principal['role'], organization = DEFAULT_ORGANIZATION): Principal => ({
  kind: 'user',
  subject: 'ada',
  organization,
  role,
  groups: [],
});

/** What a service would put on the stream. */
export function fact(given: Partial<AuditFact> = {}, at?: Date): { id: string; stream: string; fields: Fields } {
  const actor = given.actor ?? person('operator');
  return auditEntry(
    { type: 'agent.registered', subject: { kind: 'agent', id: 'demo:echo' }, outcome: 'succeeded', ...given, actor },
    at,
  );
}

let env: Record<string, string> = {};

/** @param extra settings beyond the usual ones */
export async function startGovernance(extra: Readonly<Record<string, string>> = {}): Promise<RunningGovernance> {
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
    env = { ...(await testEnvironment({ databaseUrl: database.url, redisUrl: redis.url })), ...extra };
    undo.push(await serveOrganizations(env, [acme]));
    let service = await startService(governance, { env });
    undo.push(() => service.close());
    const commands = createRedis({ url: redis.url, role: 'command', name: 'test' });
    undo.push(() => commands.disconnect());
    await connected(commands);
    const startAgain = async (): Promise<void> => {
      service = await startService(governance, { env });
    };
    return {
      database,
      commands,
      redisUrl: redis.url,
      acme,
      url: () => service.url,
      stopService: () => service.close(),
      startService: startAgain,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

const keyOf = (service: ServiceName): ReturnType<typeof parsePrivateKey> =>
  parsePrivateKey(env[`${service.toUpperCase()}_SERVICE_KEY`] ?? '');

export const signed = (stream: string, fields: Fields, service: ServiceName = 'registry'): Fields =>
  signEntry(stream, fields, service, keyOf(service));

export const append = ({ commands }: RunningGovernance, stream: string, fields: Fields): Promise<string> =>
  new StreamProducer(commands).append(stream, fields);

/** Appends an entry as the service would: signed. */
export const publish = (running: RunningGovernance, { stream, fields }: ReturnType<typeof fact>): Promise<string> =>
  append(running, stream, signed(stream, fields));

export const auditStream = (organization: Organization): string => streamKey(organization.slug, STREAMS.audit);

export interface Call {
  as?: Principal;
  /** An object is sent as JSON, a text as it is. */
  body?: unknown;
  headers?: Record<string, string>;
}

export interface Answer {
  status: number;
  headers: Headers;
  /** Parsed where it is JSON. */
  body: any; // eslint-disable-line @typescript-eslint/no-explicit-any -- tests look into answers of all shapes
  text: string;
}

/** A request as the gateway would pass it on. */
export async function call(
  url: string,
  method: string,
  path: string,
  { as = person('operator'), body, headers = {} }: Call = {},
): Promise<Answer> {
  const assertion = new AssertionSigner('gateway', keyOf('gateway')).sign('governance', as);
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      [HEADERS.assertion]: assertion,
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = /json/.test(response.headers.get('content-type') ?? '');
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : undefined, text };
}

/** The same service once more, on another port: another replica. */
export const startReplica = async (): Promise<RunningService> =>
  startService(governance, { env: { ...env, GOVERNANCE_PORT: '0' } });

/** The public half of the key that signs bundles. */
export const bundlePublicKey = (): KeyObject => createPublicKey(parsePrivateKey(env.AGION_BUNDLE_KEY ?? ''));

/** A page of `GET /v1/audit` as this principal, as the gateway would ask for it. */
export async function trail(
  { url }: RunningGovernance,
  query = '',
  principal = person('operator'),
): Promise<{
  status: number;
  body: { items: Record<string, unknown>[]; next_cursor: string | null } & Record<string, unknown>;
}> {
  const assertion = new AssertionSigner('gateway', keyOf('gateway')).sign('governance', principal);
  const response = await fetch(`${url()}/v1/audit${query}`, { headers: { [HEADERS.assertion]: assertion } });
  return { status: response.status, body: (await response.json()) as never };
}
