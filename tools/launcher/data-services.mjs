// Keeps the embedded PostgreSQL and Redis. In a process group of its own, because Ctrl-C in a terminal must not reach the databases
// before the services are done with them; it ends when told, and when its starter is gone, even by kill -9.
import { rmSync } from 'node:fs';
import { clearLeftovers, forgetServers, recordServers } from './leftovers.mjs';
import { startPostgres } from './postgres-server.mjs';
import { startRedis } from './redis-server.mjs';

const { servers, account, postgres, redis, temporary } = JSON.parse(process.argv[2]);
const running = new Set();
const pids = { keeper: process.pid };
let stopping;

const tell = (message) => {
  if (process.connected) process.send(message);
};
const note = (text) => tell({ type: 'note', text });

function stop(status) {
  stopping ??= (async () => {
    await Promise.all([...running].map((server) => server.stop()));
    if (temporary) rmSync(servers, { recursive: true, force: true });
    else forgetServers(servers);
    process.exit(status);
  })();
  return stopping;
}

function started(name) {
  return (server) => {
    running.add(server);
    server.child.on('exit', () => running.delete(server));
    pids[name] = server.pid;
    recordServers(servers, pids);
    if (stopping) void server.stop();
  };
}

/** A server that ends once it is up takes the platform with it. */
function watch({ server }) {
  server.child.on('exit', (code, signal) => {
    if (stopping) return;
    tell({ type: 'ended', name: server.name, how: signal ?? `status ${code}` });
    void stop(1);
  });
}

process.on('disconnect', () => void stop(0));
process.on('message', (message) => message === 'stop' && void stop(0));
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => void stop(0));
process.on('SIGHUP', () => {});

try {
  await clearLeftovers(servers, note);
  recordServers(servers, pids);
  const options = { servers, account, temporary, note };
  const [database, cache] = await Promise.all([
    postgres && startPostgres({ ...options, started: started('postgres') }),
    redis && startRedis({ ...options, started: started('redis') }),
  ]);
  for (const up of [database, cache]) if (up) watch(up);
  tell({
    type: 'ready',
    postgres: database && { port: database.port, version: database.version, passwords: database.passwords },
    redis: cache && { port: cache.port, kind: cache.kind },
  });
} catch (error) {
  tell({ type: 'failed', text: error.message });
  await stop(1);
}
