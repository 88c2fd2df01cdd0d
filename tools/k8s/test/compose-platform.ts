import { type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { type RunningService, startService } from '@agion/service-kit';
import { createTestDatabase, eventually, freePorts } from '@agion/testing';
import { writeSecretFolders } from '../../../scripts/secrets/secret-folders.mjs';
import { COMPOSE } from '../check-manifests.mjs';
import { environmentOf, readCompose } from '../compose-file.mjs';
import { DEFINITIONS } from '../given-settings.js';

/** What `docker-compose.yml` would run, on this machine: its environment, its secrets, its Redis; other ports. */
export interface ComposePlatform {
  readonly url: string;
  /** The folder that Compose would keep in volumes. */
  readonly secrets: string;
  readonly services: ReadonlyMap<string, RunningService>;
  /** The environment a service was given. */
  environment(service: string): Record<string, string>;
  secret(holder: string, name: string): string;
  stopService(name: string): Promise<void>;
  stop(): Promise<void>;
}

/** Whether a redis-server and redis-cli are here: others know no users. */
export const hasRedis = (): boolean =>
  ['redis-server', 'redis-cli'].every((program) => spawnSync(program, ['--version']).status === 0);

/** Starts Redis as the file says, with its data and its users where they are here. */
function startRedis(command: readonly string[], places: { data: string; users: string; port: number }) {
  const options = command
    .slice(1)
    .map((option) => option.replace('/data', places.data).replace('/run/secrets/agion', places.users));
  // The shell ends it when its input does: with this process, however that ends.
  const script = 'redis-server "$@" > /dev/null 2>&1 & cat > /dev/null; kill -9 $!';
  const args = ['-c', script, 'sh', ...options, '--port', String(places.port), '--bind', '127.0.0.1'];
  return spawn('sh', args, { stdio: ['pipe', 'ignore', 'ignore'] });
}

export async function startComposePlatform(): Promise<ComposePlatform> {
  const compose = readCompose(COMPOSE) as { services: { redis: { command: string[] } } };
  const folder = mkdtempSync(path.join(tmpdir(), 'agion-compose-'));
  const secrets = path.join(folder, 'secrets');
  const ports = (await freePorts(DEFINITIONS.length + 1)) as [number, ...number[]];
  const database = await createTestDatabase();
  const redisUrl = `redis://127.0.0.1:${ports[0]}`;
  writeSecretFolders(secrets, { databaseUrl: database.adminUrl, redisUrl });
  const places = Object.fromEntries(
    DEFINITIONS.flatMap(({ name }, at) => {
      const port = String(ports[at + 1]);
      const variable = name.toUpperCase();
      return [
        [`${variable}_PORT`, port],
        ...(name === 'gateway' ? [] : [[`${variable}_URL`, `http://127.0.0.1:${port}`]]),
      ];
    }),
  ) as Record<string, string>;
  const environment = (service: string): Record<string, string> => {
    const given: Record<string, string> = environmentOf(compose, service, secrets);
    const login = `${service.toUpperCase()}_DATABASE_URL_FILE`;
    // Logins belong to the whole server, where other suites run: one that goes with this suite's database stands in for them.
    if (given[login] !== undefined) given.DATABASE_URL = database.url;
    delete given[login];
    return { ...given, ...places, AGION_BIND: '127.0.0.1', LOG_LEVEL: 'silent' };
  };
  const redis = startRedis(compose.services.redis.command, {
    data: folder,
    users: path.join(secrets, 'redis'),
    port: ports[0],
  });
  const services = new Map<string, RunningService>();
  const stopService = async (name: string): Promise<void> => {
    await services.get(name)?.close();
    services.delete(name);
  };
  const stop = async (): Promise<void> => {
    for (const name of [...services.keys()].toReversed()) await stopService(name);
    redis.stdin.end();
    if (redis.exitCode === null) await once(redis, 'exit');
    await database.drop();
    rmSync(folder, { recursive: true, force: true });
  };
  const secret = (holder: string, name: string): string => readFileSync(path.join(secrets, holder, name), 'utf8');
  try {
    await eventually(() => answers(ports[0]), { timeoutMs: 10_000, intervalMs: 50 });
    for (const definition of DEFINITIONS)
      services.set(definition.name, await startService(definition, { env: environment(definition.name) }));
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: services.get('gateway')?.url ?? '', secrets, services, environment, secret, stopService, stop };
}

/** The health check of the file's Redis. */
function answers(port: number): void {
  const args = ['-p', String(port), '--no-auth-warning', '--user', 'health', '--pass', 'none', 'ping'];
  if (!spawnSync('redis-cli', args, { encoding: 'utf8' }).stdout.includes('PONG'))
    throw new Error('redis is not up yet');
}

/** Runs a program to its end. @returns its status and all it printed */
export async function run(
  program: string,
  args: readonly string[],
  env: Record<string, string>,
  input = '',
): Promise<{ status: number | null; printed: string; complaints: string }> {
  const child = spawn(program, args, {
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: [input ? 'pipe' : 'ignore', 'pipe', 'pipe'],
  }) as ChildProcessByStdio<Writable | null, Readable, Readable>;
  child.stdin?.end(input);
  const [printed, complaints] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { status: child.exitCode, printed, complaints };
}
