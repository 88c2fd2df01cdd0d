import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { freePorts } from './environment.js';
import type { TestCertificate } from './certificates.js';
import { eventually } from './eventually.js';
import { temporaryFolder } from './temporary-folder.js';

/** A Redis of a suite's own, which it may flush, freeze, kill and start again: Pub/Sub knows no databases, so suites cannot share one. */
export interface TestRedis {
  readonly url: string;
  readonly port: number;
  signal(signal: NodeJS.Signals): void;
  start(): Promise<void>;
  stop(): Promise<void>;
}

const VALKEY = fileURLToPath(new URL('../../../tools/launcher/valkey.mjs', import.meta.url));

export interface TestRedisOptions {
  durable?: boolean;
  /** Speaks TLS and nothing else, and asks nobody for a certificate. Needs redis-server. */
  tls?: TestCertificate;
  /** Further options of redis-server. */
  options?: readonly string[];
}

/**
 * Starts an empty server: redis-server when it is on the PATH, else Valkey in WebAssembly. It lives in memory; a durable one writes
 * every command to a file before it answers, and has it all again after `stop` and `start`, which only redis-server does; the file
 * goes with this process.
 */
export async function startRedis({ durable = false, tls, options = [] }: TestRedisOptions = {}): Promise<TestRedis> {
  const folder = durable ? temporaryFolder('agion-redis-') : undefined;
  const [port] = (await freePorts(1)) as [number];
  let server: ChildProcess;
  const listening = tls
    ? ['--port', '0', '--tls-port', String(port), '--tls-auth-clients', 'no', ...certified(tls)]
    : ['--port', String(port)];
  const start = async (): Promise<void> => {
    server = launch(port, [...listening, ...options], folder);
    await eventually(() => accepts(port), { timeoutMs: 10_000 });
  };
  await start();
  return {
    url: `${tls ? 'rediss' : 'redis'}://127.0.0.1:${port}`,
    port,
    start,
    signal: (signal) => void server.kill(signal),
    stop: async () => {
      if (server.exitCode !== null || server.signalCode !== null) return;
      server.kill('SIGKILL');
      await once(server, 'exit');
    },
  };
}

const certified = ({ cert, key }: TestCertificate): string[] => [
  ...['--tls-cert-file', cert, '--tls-key-file', key],
  ...['--tls-ca-cert-file', cert], // it wants one, although nobody is asked
];

/** Whether redis-server is on the PATH: what stands in for it has no TLS, no users and no file. */
export const hasRedisServer = (): boolean => spawnSync('redis-server', ['--version']).status === 0;

function launch(port: number, options: readonly string[], folder?: string): ChildProcess {
  if (!hasRedisServer()) {
    if (folder !== undefined || options.length > 2) throw new Error('such a redis needs redis-server on the PATH');
    const env = { ...process.env, VALKEY_PORT: String(port) };
    return spawn(process.execPath, ['--no-warnings', VALKEY], { env, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  }
  const keeps = folder === undefined ? ['--appendonly', 'no'] : ['--appendonly', 'yes', '--appendfsync', 'always'];
  const settings = ['--bind', '127.0.0.1', '--save', '', ...keeps, '--dir', folder ?? tmpdir(), ...options];
  const server = spawn('redis-server', settings, { stdio: 'ignore' });
  outlive(server);
  return server;
}

/** A killed Jest cannot stop its servers: a shell whose input ends with this process does it then. */
export function outlive(server: ChildProcess): void {
  const watchdog = spawn('sh', ['-c', 'cat > /dev/null; kill -9 "$1" 2> /dev/null', 'sh', String(server.pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  watchdog.unref();
  (watchdog.stdin as Socket).unref();
  server.once('exit', () => watchdog.kill('SIGKILL'));
}

export async function accepts(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
  } finally {
    socket.destroy();
  }
}
