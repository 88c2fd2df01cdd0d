import { generateKeyPairSync, randomBytes } from 'node:crypto';
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
    METRICS_PORT: '0',
    LOG_LEVEL: process.env.TEST_LOG_LEVEL ?? 'silent',
    SUPABASE_JWT_SECRET: randomBytes(32).toString('base64url'),
    JWT_ISSUER: 'agion-test',
    JWT_AUDIENCE: 'agion',
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
    env[`${service.toUpperCase()}_SERVICE_KEY`] =
      keys.get(service)?.privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64url') ?? '';
  }
  return env;
}

export const portVariable = (service: ServiceName): string => `${service.toUpperCase()}_PORT`;

/** Ports nobody listens on, all held at once so that no two are the same. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
