import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { type Logger, redisAddress, SILENT_LOGGER } from '@agion/messaging';
import { completeAgentId, containerOf, isAgentId, isName } from '@agion/wire';
import { type Clock, SYSTEM_CLOCK } from './clock.js';
import { readEnvironment, type SdkEnvironment } from './environment.js';
import { ConfigurationError } from './errors.js';
import { ed25519Keys } from './policies/policy-signature.js';
import type { AgionSDKOptions, DecisionLog, FailMode } from './options.js';

/** Complete and checked. */
export interface SdkSettings {
  agentId: string;
  containerId: string;
  instanceId: string;
  gatewayUrl: string;
  registryUrl: string;
  governanceUrl: string;
  redisUrl?: string;
  /** Whether questions and events go over Redis Streams, and not over HTTP. */
  usesStreams: boolean;
  token?: string;
  tokenFile?: string;
  description: AgentDescription;
  timeoutMs: number;
  configTtlMs: number;
  syncIntervalMs: number;
  maxStalenessMs: number;
  failMode: FailMode;
  lowRiskActions: ReadonlySet<string>;
  snapshotFolder?: string;
  verifyKeys?: readonly string[];
  decisionLog: DecisionLog;
  eventBufferSize: number;
  maxBufferedEvents: number;
  flushIntervalMs: number;
  traceparent?: () => string | undefined;
  logger: Logger;
  fetch?: typeof globalThis.fetch;
  clock: Clock;
}

/** What an agent says about itself when it registers. */
export type AgentDescription = Pick<
  AgionSDKOptions,
  'type' | 'version' | 'framework' | 'capabilities' | 'endpoint' | 'fingerprint' | 'delegatedBy' | 'labels' | 'metadata'
> & { name: string };

/** Where document 000 puts the platform. */
const DEFAULT_GATEWAY = 'http://gateway:8080';

const NUMBERS = {
  timeoutMs: 10_000,
  configTtlMs: 60_000,
  syncIntervalMs: 25_000,
  maxStalenessMs: 15 * 60_000,
  eventBufferSize: 100,
  maxBufferedEvents: 10_000,
  flushIntervalMs: 5_000,
};

/**
 * Options, else the environment, else defaults.
 * @throws ConfigurationError when something cannot work: an agent without a container, a URL that is none
 */
export function settingsOf(options: AgionSDKOptions, environment: SdkEnvironment = readEnvironment()): SdkSettings {
  const containerId = containerOf(options.agentId) ?? options.containerId ?? environment.containerId;
  if (containerId === undefined)
    throw new ConfigurationError(
      `the agent \`${options.agentId}\` has no container: name it \`container:${options.agentId}\`, or set \`AGION_AGENT_CONTAINER_ID\``,
    );
  const gatewayUrl = httpUrl('gatewayUrl', options.gatewayUrl ?? environment.gatewayUrl ?? DEFAULT_GATEWAY);
  const redisUrl = (options.redisUrl ?? environment.redisUrl) || undefined;
  if (redisUrl !== undefined) checkRedis(redisUrl);
  const { snapshotFolder, verifyKeys } = options;
  if (verifyKeys) checkVerifyKeys(verifyKeys);
  return {
    ...tokenOf(options, environment),
    ...numbersOf(options),
    ...(redisUrl !== undefined && { redisUrl }),
    ...(snapshotFolder !== undefined && { snapshotFolder }),
    ...(verifyKeys && { verifyKeys }),
    usesStreams: redisUrl !== undefined && transportOf(options.transport ?? environment.transport) === 'redis',
    agentId: agentIdOf(options.agentId, containerId),
    containerId,
    instanceId: options.instanceId ?? environment.instanceId ?? anInstanceId(),
    gatewayUrl,
    registryUrl: httpUrl('registryUrl', options.registryUrl ?? environment.registryUrl ?? gatewayUrl),
    governanceUrl: httpUrl('governanceUrl', options.governanceUrl ?? environment.governanceUrl ?? gatewayUrl),
    description: descriptionOf(options),
    failMode: options.failMode ?? 'deny',
    lowRiskActions: new Set(options.lowRiskActions),
    decisionLog: decisionLogOf(options.decisionLog),
    logger: options.logger ?? SILENT_LOGGER,
    ...(options.traceparent && { traceparent: options.traceparent }),
    ...(options.fetch && { fetch: options.fetch }),
    clock: options.clock ?? SYSTEM_CLOCK,
  };
}

/** The complete id of an agent of this container. @throws ConfigurationError when it is not one */
export function agentIdOf(name: string, containerId: string): string {
  const id = completeAgentId(name, containerId);
  if (isName(containerId) && isAgentId(id)) return id;
  throw new ConfigurationError(
    `\`${id}\` is not an agent id: \`container:name\`, each of up to 63 lower case letters, digits, \`.\`, \`_\` and \`-\``,
  );
}

function descriptionOf(options: AgionSDKOptions): AgentDescription {
  const { name, type, version, framework, capabilities, endpoint, fingerprint, delegatedBy, labels, metadata } =
    options;
  return {
    name: name ?? options.agentId,
    type,
    version,
    framework,
    capabilities,
    endpoint,
    fingerprint,
    delegatedBy,
    labels,
    metadata,
  };
}

/** An option wins over both variables, the token itself over its file. */
function tokenOf(
  options: AgionSDKOptions,
  { token, tokenFile }: SdkEnvironment,
): Pick<SdkSettings, 'token' | 'tokenFile'> {
  const given = options.token ?? token;
  if (given !== undefined) return { token: given };
  return tokenFile === undefined ? {} : { tokenFile };
}

/** @throws ConfigurationError for a key that could verify nothing, with which an agent would never get its policies */
function checkVerifyKeys(keys: readonly string[]): void {
  if (keys.length > 0 && ed25519Keys(keys.map((x) => ({ kty: 'OKP', crv: 'Ed25519', x }))).length === keys.length)
    return;
  throw new ConfigurationError(
    '`verifyKeys` must be raw Ed25519 public keys in base64url, as `x` in `/.well-known/agion-keys`',
  );
}

function numbersOf(options: AgionSDKOptions): typeof NUMBERS {
  const numbers = { ...NUMBERS };
  for (const name of Object.keys(NUMBERS) as (keyof typeof NUMBERS)[]) {
    const given = options[name];
    if (given === undefined) continue;
    if (!(given > 0 && given <= 2_147_483_647)) throw new ConfigurationError(`\`${name}\` must be a number above 0`);
    numbers[name] = given;
  }
  return numbers;
}

function transportOf(given = 'redis'): string {
  if (given === 'redis' || given === 'http') return given;
  throw new ConfigurationError(`\`transport\` must be \`redis\` or \`http\`, not \`${given}\``);
}

function decisionLogOf(given: DecisionLog = 'all'): DecisionLog {
  if (given === 'all' || given === 'denied') return given;
  const part = Number(given.replace('sample:', ''));
  if (given.startsWith('sample:') && part >= 0 && part <= 1) return given;
  throw new ConfigurationError('`decisionLog` must be `all`, `denied` or `sample:0.1` with a number from 0 to 1');
}

function httpUrl(name: string, text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol))
    throw new ConfigurationError(`\`${name}\` must be an \`http://\` or \`https://\` url, not \`${text}\``);
  if (url.username !== '' || url.password !== '')
    throw new ConfigurationError(`\`${name}\` must not hold a user or a password: the token says who is calling`);
  return text;
}

function checkRedis(url: string): void {
  try {
    redisAddress(url);
  } catch (cause) {
    throw new ConfigurationError('`redisUrl` must be a `redis://` or `rediss://` url that names a host', { cause });
  }
}

const anInstanceId = (): string =>
  `${hostname()
    .toLowerCase()
    .replace(/[^a-z0-9.-]/g, '-')
    .slice(0, 40)}-${randomUUID().slice(0, 8)}`;
