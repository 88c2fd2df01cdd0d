import { generateKeyPairSync, type KeyPairKeyObjectResult, randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import { SERVICES, type ServiceName } from '@agion/wire';

export interface TestEnvironmentOptions {
  databaseUrl: string;
  redisUrl: string;
  mode?: 'development' | 'production';
}

/** The environment of five services in one test process: free ports, fresh keys, quiet logs. */
export async function testEnvironment({
  databaseUrl,
  redisUrl,
  mode = 'development',
}: TestEnvironmentOptions): Promise<Record<string, string>> {
  const ports = await freePorts(SERVICES.length);
  const keys = new Map(SERVICES.map((service) => [service, generateKeyPairSync('ed25519')]));
  const env: Record<string, string> = {
    AGION_MODE: mode,
    AGION_BIND: '127.0.0.1',
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    AGION_REDIS_DURABILITY: 'acknowledged', // the tests' Redis lives in memory
    METRICS_PORT: '0',
    LOG_LEVEL: process.env.TEST_LOG_LEVEL ?? 'silent',
    SUPABASE_JWT_SECRET: randomBytes(32).toString('base64url'),
    JWT_ISSUER: 'agion-test',
    JWT_AUDIENCE: 'agion',
    AGION_STREAM_SECRET: randomBytes(32).toString('base64url'),
    AGION_LEDGER_KEY: randomBytes(32).toString('base64'),
    AGION_BUNDLE_KEY: privateText(generateKeyPairSync('ed25519')),
    AGION_SERVICE_KEYS: JSON.stringify(
      Object.fromEntries(
        [...keys].map(([service, { publicKey }]) => [
          service,
          publicKey.export({ format: 'der', type: 'spki' }).toString('base64url'),
        ]),
      ),
    ),
  };
  for (const [index, service] of SERVICES.entries()) {
    env[portVariable(service)] = String(ports[index]);
    if (service !== 'gateway') env[`${service.toUpperCase()}_URL`] = `http://127.0.0.1:${ports[index]}`;
    const pair = keys.get(service);
    if (pair) env[`${service.toUpperCase()}_SERVICE_KEY`] = privateText(pair);
  }
  return env;
}

const privateText = ({ privateKey }: KeyPairKeyObjectResult): string =>
  privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64url');

export const portVariable = (service: ServiceName): string => `${service.toUpperCase()}_PORT`;

/** Below the range the system takes ports of outgoing connections from; a slice for each Jest worker. */
const FIRST_PORT = 12_000 + 1_000 * (Number(process.env.JEST_WORKER_ID ?? 0) % 16);
const PORTS = 1_000;
let next = Math.floor(Math.random() * PORTS);

/** Ports nobody listens on, and which no other worker of this run is given between now and their use. */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) {
    const port = FIRST_PORT + (next++ % PORTS);
    if (await isFree(port)) ports.push(port);
  }
  return ports;
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
    return true;
  } catch {
    return false;
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}
