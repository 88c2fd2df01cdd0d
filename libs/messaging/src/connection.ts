import { Redis, type RedisOptions } from 'ioredis';
import { fullJitter } from './backoff.js';
import { RedisUnreachableError } from './errors.js';
import { errorText, type Logger, rateLimitedLogger, SILENT_LOGGER } from './logger.js';
import { parseRedisUrl, redisAddress, sentinelOptions } from './redis-url.js';

/** A connection made by {@link createRedis}. The only name of the client that other projects see. */
export type RedisConnection = Redis;

/**
 * What a connection is for:
 * - `command`: short commands; each fails after 500 ms, at once while Redis is away.
 * - `blocking`: one blocking read at a time; a half-open socket is noticed `blockMs` + 2 s after the read began.
 * - `pubsub`: subscriptions, by way of `TopicHub`, which subscribes again by itself.
 */
export type RedisRole = 'command' | 'blocking' | 'pubsub';

/** How to make a connection. */
export interface RedisSettings {
  /**
   * `redis://`, or `rediss://` for TLS; `redis+sentinel://` and `rediss+sentinel://` for the primary that Sentinels name
   * (see {@link parseRedisUrl}). A private certificate authority is trusted through NODE_EXTRA_CA_CERTS.
   */
  readonly url: string;
  readonly role: RedisRole;
  /** Shown by CLIENT LIST, e.g. `governance:consumer`. */
  readonly name: string;
  /** The longest block of a `blocking` connection, in milliseconds; 5000 unless told. */
  readonly blockMs?: number;
  readonly logger?: Logger;
}

/** The longest that a blocking read may block, in milliseconds. */
export const MAX_BLOCK_MS = 5_000;

/**
 * Makes a connection; the only place that does. It connects by itself and comes back by itself with full-jitter backoff
 * (50 ms … 5 s); nothing it meets ends the process.
 *
 * @throws TypeError when the URL is none of a Redis.
 */
export function createRedis(settings: RedisSettings): RedisConnection {
  const address = redisAddress(settings.url);
  const place = parseRedisUrl(settings.url);
  const options: RedisOptions = {
    ...COMMON,
    ...roleOptions(settings),
    connectionName: settings.name.replace(/[^\x21-\x7e]/g, '-'), // CLIENT SETNAME refuses spaces
  };
  const redis =
    place.primary === undefined
      ? new Redis(settings.url, options)
      : new Redis({ ...options, ...sentinelOptions(place, (attempt) => Math.min(fullJitter(attempt), 1_000)) });
  const log = rateLimitedLogger(settings.logger ?? SILENT_LOGGER);
  redis.on('error', (error: unknown) => {
    log.warn({ redis: address, connection: settings.name, error: errorText(error) }, 'redis connection failed');
  });
  return redis;
}

/**
 * Resolves when the connection is usable.
 *
 * @throws RedisUnreachableError after `timeoutMs`, when the connection was closed for good, or when `signal` is aborted.
 */
export async function connected(redis: RedisConnection, timeoutMs = 5_000, signal?: AbortSignal): Promise<void> {
  if (redis.status === 'ready') return;
  let lastError = '';
  const unreachable = (what: string): Error =>
    new RedisUnreachableError(`redis at ${placeOf(redis.options)} ${what}${lastError && `: ${lastError}`}`);
  if (redis.status === 'end' || signal?.aborted) throw unreachable('is closed');

  const cleanUp: (() => void)[] = [];
  try {
    await new Promise<void>((resolve, reject) => {
      const on = (event: string, listener: (argument: unknown) => void): void => {
        redis.on(event, listener);
        cleanUp.push(() => redis.off(event, listener));
      };
      const closed = (): void => reject(unreachable('is closed'));
      on('ready', () => resolve());
      on('error', (error) => (lastError = errorText(error)));
      on('end', closed);
      const timer = setTimeout(() => reject(unreachable(`does not answer within ${timeoutMs} ms`)), timeoutMs);
      signal?.addEventListener('abort', closed);
      cleanUp.push(
        () => clearTimeout(timer),
        () => signal?.removeEventListener('abort', closed),
      );
    });
  } finally {
    for (const undo of cleanUp) undo();
  }
}

const placeOf = ({ host = 'localhost', port = 6379, sentinels, name }: RedisOptions): string =>
  sentinels ? `${sentinels.map((each) => `${each.host}:${each.port}`).join(',')}/${name}` : `${host}:${port}`;

/**
 * A command whose reply was lost is rejected, never sent again: ioredis would otherwise repeat an XADD, or a read whose
 * entries nobody then sees. Measured: with automatic resending 5 of 10 entries became ghosts; with resending off and
 * retries other than 0 the read hung for ever.
 */
const COMMON = {
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
  enableOfflineQueue: false,
  autoResubscribe: false, // TopicHub does it, and so knows when a channel is live again
  connectTimeout: 5_000,
  disconnectTimeout: 250, // else a process lives for 2 s after it has closed a connection that was broken
  keepAlive: 10_000,
  retryStrategy: (attempt: number) => fullJitter(attempt),
  reconnectOnError: (error: Error) => error.message.startsWith('READONLY'), // the primary has become a replica
} satisfies RedisOptions;

function roleOptions(settings: RedisSettings): RedisOptions {
  switch (settings.role) {
    case 'command':
      return { commandTimeout: 500, socketTimeout: 5_000 };
    case 'blocking':
      return { socketTimeout: (settings.blockMs ?? MAX_BLOCK_MS) + 2_000 };
    case 'pubsub':
      return { commandTimeout: 2_000, socketTimeout: 5_000 };
  }
}
