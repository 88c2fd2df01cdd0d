import type { RedisOptions } from 'ioredis';

/** Where a URL leads: one server, or Sentinels that know which server is the primary now. */
export interface RedisPlace {
  readonly tls: boolean;
  readonly hosts: readonly { readonly host: string; readonly port: number }[];
  /** Set when the hosts are Sentinels: the name they know the primary by. */
  readonly primary?: string;
  readonly username?: string;
  readonly password?: string;
  readonly database?: number;
  /** The login at the Sentinels; they usually have none, or one of their own. */
  readonly sentinelUsername?: string;
  readonly sentinelPassword?: string;
}

const FORM =
  'a redis url starts with `redis://` or `rediss://` and names a host, or with `redis+sentinel://` or `rediss+sentinel://` and names Sentinels and the primary: `redis+sentinel://host:26379,host:26379/primary`';
const SENTINEL = /^(rediss?)\+sentinel:\/\/(?:([^@/?#]*)@)?([^@/?#]+)\/([^/?#]+)(?:\/(\d+))?\/?(?:\?([^#]*))?$/;
const HOST = /^(\[[0-9a-fA-F:.]+\]|[^:[\]\s]+)(?::(\d{1,5}))?$/;

/**
 * Reads the URL of a Redis. That of Sentinels is
 * `redis+sentinel://[user[:password]@]host[:26379][,host…]/<primary>[/<database>][?sentinel_username=…&sentinel_password=…]`, with
 * `rediss` for TLS to the Sentinels and to the servers.
 *
 * @throws TypeError when it is neither.
 */
export function parseRedisUrl(url: string): RedisPlace {
  return /^rediss?\+sentinel:/.test(url) ? sentinelPlace(url) : serverPlace(url);
}

/** `host:port` of a Redis URL, or the Sentinels' and the primary's name; fit for messages: no user, no password. */
export function redisAddress(url: string): string {
  const { hosts, primary } = parseRedisUrl(url);
  const addresses = hosts.map(({ host, port }) => `${host}:${port}`).join(',');
  return primary === undefined ? addresses : `${addresses}/${primary}`;
}

/** What ioredis is to be told to reach the primary that Sentinels name, now and after every failover. */
export function sentinelOptions(place: RedisPlace, retry: (attempt: number) => number): RedisOptions {
  const { tls, hosts, primary, username, password, database, sentinelUsername, sentinelPassword } = place;
  return {
    sentinels: hosts.map(({ host, port }) => ({ host: host.replace(/^\[|\]$/g, ''), port })),
    name: primary ?? '',
    role: 'master',
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(database !== undefined && { db: database }),
    ...(sentinelUsername !== undefined && { sentinelUsername }),
    ...(sentinelPassword !== undefined && { sentinelPassword }),
    ...(tls && { tls: {}, sentinelTLS: {}, enableTLSForSentinelMode: true }),
    sentinelCommandTimeout: 2_000,
    sentinelRetryStrategy: retry,
    // ioredis' `failoverDetector` stays off: what it hears while a connection is being made ends that connection for good (seen in
    // four of seven failovers). Nor is it needed, because Sentinel itself cuts the clients of a primary that it deposes.
  };
}

function serverPlace(url: string): RedisPlace {
  const parsed = URL.canParse(url) ? new URL(url) : undefined; // URL.parse is Node 22+, and agents may run on 20
  if (!parsed || !['redis:', 'rediss:'].includes(parsed.protocol) || parsed.hostname === '') throw new TypeError(FORM);
  return {
    tls: parsed.protocol === 'rediss:',
    hosts: [{ host: parsed.hostname, port: Number(parsed.port) || 6379 }],
    ...login(parsed.username, parsed.password),
  };
}

/** By hand: an address with several hosts is no URL to Node. */
function sentinelPlace(url: string): RedisPlace {
  const [, scheme, userinfo = '', list = '', primary = '', database, query = ''] = SENTINEL.exec(url) ?? [];
  if (scheme === undefined) throw new TypeError(FORM);
  const colon = userinfo.indexOf(':');
  const parameters = new URLSearchParams(query);
  const sentinelUsername = parameters.get('sentinel_username');
  const sentinelPassword = parameters.get('sentinel_password');
  return {
    tls: scheme === 'rediss',
    hosts: list.split(',').map(sentinelHost),
    primary: decoded(primary),
    ...login(colon < 0 ? userinfo : userinfo.slice(0, colon), colon < 0 ? '' : userinfo.slice(colon + 1)),
    ...(database !== undefined && { database: Number(database) }),
    ...(sentinelUsername && { sentinelUsername }),
    ...(sentinelPassword && { sentinelPassword }),
  };
}

function sentinelHost(text: string): { host: string; port: number } {
  const [, host, port = '26379'] = HOST.exec(text) ?? [];
  if (host === undefined || Number(port) > 65_535) throw new TypeError(FORM);
  return { host, port: Number(port) };
}

const login = (username: string, password: string): Pick<RedisPlace, 'username' | 'password'> => ({
  ...(username !== '' && { username: decoded(username) }),
  ...(password !== '' && { password: decoded(password) }),
});

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new TypeError(FORM);
  }
}
