import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { eventually } from './eventually.js';

/** A Redis for tests. */
export interface TestRedis {
  readonly url: string;
  stop(): Promise<void>;
}

/** A Redis that a test may flush, freeze, kill and start again. */
export interface PrivateRedis extends TestRedis {
  signal(signal: NodeJS.Signals): void;
  start(): Promise<void>;
}

const VALKEY = fileURLToPath(new URL('../../../tools/launcher/valkey.mjs', import.meta.url));

/** The server at TEST_REDIS_URL, which others may use too, or else one of our own. */
export async function startRedis(): Promise<TestRedis> {
  const url = process.env['TEST_REDIS_URL'];
  return url ? { url, stop: () => Promise.resolve() } : startPrivateRedis();
}

/** A server of our own, empty and in memory only: redis-server when it is on the PATH, else Valkey in WebAssembly. */
export async function startPrivateRedis(): Promise<PrivateRedis> {
  const port = await freePort();
  let server: ChildProcess;
  const start = async (): Promise<void> => {
    server = launch(port);
    await eventually(() => accepts(port), { timeoutMs: 10_000 });
  };
  await start();
  process.once('exit', () => server.kill('SIGKILL'));
  return {
    url: `redis://127.0.0.1:${port}`,
    start,
    signal: (signal) => void server.kill(signal),
    stop: async () => {
      if (server.exitCode !== null || server.signalCode !== null) return;
      server.kill('SIGKILL');
      await once(server, 'exit');
    },
  };
}

function launch(port: number): ChildProcess {
  if (spawnSync('redis-server', ['--version']).status !== 0) {
    const env = { ...process.env, VALKEY_PORT: String(port) };
    return spawn(process.execPath, ['--no-warnings', VALKEY], { env, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  }
  const settings = ['--port', port, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', tmpdir()];
  return spawn('redis-server', settings.map(String), { stdio: 'ignore' });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

async function accepts(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
  } finally {
    socket.destroy();
  }
}
