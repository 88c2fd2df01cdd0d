import { SERVICES } from '@agion/wire';
import { Transform } from 'class-transformer';
import { IsArray, IsIn, IsInt, IsObject, IsOptional, Matches, Max, Min, ValidateIf } from 'class-validator';
import { CRASH_AT, CRASH_POINTS, type CrashAt } from '../crash-point.js';
import type { TlsSettings } from '../http/tls-door.js';
import { parsePublicKeys, type PublicKeys } from '../identity/service-keys.js';
import { parseAddressRange, type AddressRange } from '../outgoing/address-range.js';
import { parseAllowedHost, type AllowedHost } from '../outgoing/allowed-hosts.js';
import { listSetting } from './list-setting.js';
import { Setting } from './setting.js';

const LOOPBACK = ['127.0.0.1', '::1', 'localhost'];

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

const SERVICE_URL = /^https?:\/\/[^\s/]+$/;

/** What every service needs. Each service extends it in its `<service>.config.ts` and adds its port and its own settings. */
export abstract class ServiceSettings {
  abstract port: number;

  @Setting('AGION_MODE', {
    about:
      '`production` (the default) or `development`. Development accepts token-less registration and binds to loopback; only the local start commands set it.',
  })
  @IsIn(['production', 'development'], { message: 'must be `production` or `development`' })
  mode: 'production' | 'development' = 'production';

  @Setting('AGION_BIND', {
    about: 'Address the services listen on. Default: 0.0.0.0 in production, 127.0.0.1 in development.',
    example: '127.0.0.1',
  })
  @ValidateIf(({ mode, bind }: ServiceSettings) => bind !== undefined && mode === 'development')
  @IsIn(LOOPBACK, { message: 'must be a loopback address in development, where callers need no token' })
  bind?: string;

  @Setting('REDIS_URL', {
    about:
      'Redis 7 or later, or Valkey: `redis://`, or `rediss://` for TLS; `redis+sentinel://host:26379,host:26379/<primary>` where Sentinels name the primary, `rediss+sentinel://` with TLS. Needs appendonly yes and maxmemory-policy noeviction in production.',
    example: 'redis://127.0.0.1:6379',
    secret: true,
  })
  @Matches(/^rediss?(\+sentinel)?:\/\/\S+$/, {
    message: 'must be set to a redis:// or rediss:// URL, or to one of Sentinels: redis+sentinel://host:26379/primary',
  })
  redisUrl!: string;

  @Setting('AGION_REDIS_DURABILITY', {
    about:
      '`appendonly` (the default): production starts only with a Redis that says it keeps an append-only file and evicts nothing. `acknowledged`: for a managed Redis that keeps its data by other means, or does not say; one that evicts is still refused.',
  })
  @IsIn(['appendonly', 'acknowledged'], { message: 'must be `appendonly` or `acknowledged`' })
  redisDurability: 'appendonly' | 'acknowledged' = 'appendonly';

  @Setting('AGION_STREAM_TIMEOUT_MS', {
    about:
      'Longest time a batch of stream entries may take, in milliseconds. What a process that died had in hand is taken over by another after three times that.',
  })
  @IsInt()
  @Min(100)
  @Max(600_000)
  streamTimeoutMs = 10_000;

  @Setting('METRICS_PORT', {
    about: 'Port of GET /metrics (Prometheus), which asks nobody for a token. 0 turns it off.',
  })
  @IsInt()
  @Min(0)
  @Max(65535)
  metricsPort = 9464;

  @Setting('METRICS_BIND', {
    about: 'Address GET /metrics listens on. Anything but loopback only where the network decides who gets there.',
  })
  @ValidateIf(({ mode }: ServiceSettings) => mode === 'development')
  @IsIn(LOOPBACK, { message: 'must be a loopback address in development' })
  metricsBind = '127.0.0.1';

  @Setting('LOG_LEVEL', { about: `One of ${LOG_LEVELS.join(', ')}.` })
  @IsIn(LOG_LEVELS, { message: `must be one of ${LOG_LEVELS.join(', ')}` })
  logLevel: (typeof LOG_LEVELS)[number] = 'info';

  @Setting('AGION_SERVICE_KEYS', {
    about:
      'Public keys of the services: JSON {"gateway": "<SPKI DER, base64url>", …}. A service accepts calls only from those listed.',
    example: '{"gateway":"…","registry":"…"}',
    secret: true, // not that they are, but they are made with the private ones and handed over in the same way
    foreign: true,
  })
  @Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? parsePublicKeys(value) : value))
  @IsObject({ message: `must be a JSON object from service (${SERVICES.join(', ')}) to its Ed25519 public key` })
  serviceKeys!: PublicKeys;

  @Setting('REGISTRY_URL', { about: 'Where the registry service answers the others.', example: 'http://registry:8081' })
  @IsOptional()
  @Matches(SERVICE_URL, { message: 'must be an http:// or https:// origin' })
  registryUrl?: string;

  @Setting('COORDINATION_URL', {
    about: 'Where the coordination service answers the others.',
    example: 'http://coordination:8082',
  })
  @IsOptional()
  @Matches(SERVICE_URL, { message: 'must be an http:// or https:// origin' })
  coordinationUrl?: string;

  @Setting('GOVERNANCE_URL', {
    about: 'Where the governance service answers the others.',
    example: 'http://governance:8083',
  })
  @IsOptional()
  @Matches(SERVICE_URL, { message: 'must be an http:// or https:// origin' })
  governanceUrl?: string;

  @Setting('EXECUTION_URL', {
    about: 'Where the execution service answers the others.',
    example: 'http://execution:8084',
  })
  @IsOptional()
  @Matches(SERVICE_URL, { message: 'must be an http:// or https:// origin' })
  executionUrl?: string;

  @Setting('AGION_OUTGOING_ALLOW_HOSTS', {
    about:
      'Hosts beyond public https addresses that may be called where users or tokens name them: `host` or `host:port`, separated by commas. Reached over http too, on any address. Nothing is allowed by itself, in development neither.',
    example: '127.0.0.1:9000,receiver.internal',
  })
  @IsOptional()
  @Transform(listSetting(parseAllowedHost))
  @IsArray({ message: 'must be a list of `host` or `host:port`, separated by commas' })
  outgoingAllowHosts?: readonly AllowedHost[];

  @Setting('AGION_OUTGOING_DENY_CIDRS', {
    about: 'Public ranges that are never called where users or tokens name them: your own. Separated by commas.',
    example: '203.0.113.0/24',
  })
  @IsOptional()
  @Transform(listSetting(parseAddressRange))
  @IsArray({ message: 'must be a list of ranges such as `203.0.113.0/24`, separated by commas' })
  outgoingDenyCidrs?: readonly AddressRange[];

  @Setting('AGION_CRASH_AT', {
    about: `For fault tests: ends the process at ${CRASH_POINTS.map((point) => `\`${point}\``).join(' or ')}, the n-th time with \`:n\`. Ignored in production.`,
    example: 'after_commit',
  })
  @IsOptional()
  @Matches(CRASH_AT, { message: `must be one of ${CRASH_POINTS.join(', ')}, or one with \`:n\`` })
  crashAt?: CrashAt;

  /** Own Ed25519 private key. Subclasses name the variable: their own first, the common one second. */
  abstract serviceKey: string;

  /** Where the service speaks TLS itself; undefined: nowhere. */
  get tls(): TlsSettings | undefined {
    return undefined;
  }

  get address(): string {
    return this.bind ?? (this.mode === 'development' ? '127.0.0.1' : '0.0.0.0');
  }
}
