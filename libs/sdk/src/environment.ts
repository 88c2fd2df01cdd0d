import { readFileSync } from 'node:fs';
import { ConfigurationError } from './errors.js';

/** What a container tells its agents (wire contract, section 6). */
export interface SdkEnvironment {
  gatewayUrl?: string;
  registryUrl?: string;
  governanceUrl?: string;
  redisUrl?: string;
  token?: string;
  /** Read again when the platform refuses the token: mounted secrets are replaced in place. */
  tokenFile?: string;
  containerId?: string;
  instanceId?: string;
  /** Slug of the organization, for those who ask without having registered. */
  organization?: string;
  /** `http` keeps questions and events off the streams, e.g. where Redis is open to notices alone. */
  transport?: string;
}

type Variables = Readonly<Record<string, string | undefined>>;

/** Reads `AGION_…`, and `REDIS_URL` where `AGION_REDIS_URL` is not set. An empty variable counts as none. */
export function readEnvironment(variables: Variables = process.env): SdkEnvironment {
  const names = {
    gatewayUrl: ['AGION_GATEWAY_URL'],
    registryUrl: ['AGION_REGISTRY_URL'],
    governanceUrl: ['AGION_GOVERNANCE_URL'],
    redisUrl: ['AGION_REDIS_URL', 'REDIS_URL'],
    token: ['AGION_TOKEN'],
    tokenFile: ['AGION_TOKEN_FILE'],
    containerId: ['AGION_AGENT_CONTAINER_ID'],
    instanceId: ['AGION_INSTANCE_ID'],
    organization: ['AGION_ORGANIZATION'],
    transport: ['AGION_TRANSPORT'],
  } satisfies Record<keyof SdkEnvironment, string[]>;
  const environment: SdkEnvironment = {};
  for (const [key, candidates] of Object.entries(names) as [keyof SdkEnvironment, string[]][]) {
    const value = candidates.map((name) => variables[name]?.trim()).find((text) => text);
    if (value) environment[key] = value;
  }
  return environment;
}

/**
 * Its text is in no message: what is no token may still be a secret.
 * @throws ConfigurationError when no header can carry it
 */
export function checkedToken(token: string): string {
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw new ConfigurationError('the token must be as the platform has shown it: not empty, no spaces, no line breaks');
}

/** @throws ConfigurationError when the file cannot be read, or holds no token */
export function readTokenFile(file: string): string {
  const unusable = (what: string, cause?: unknown): ConfigurationError =>
    new ConfigurationError(`the token file \`${file}\` ${what}: check \`AGION_TOKEN_FILE\``, { cause });
  let token: string;
  try {
    token = readFileSync(file, 'utf8').trim();
  } catch (cause) {
    throw unusable('cannot be read', cause);
  }
  if (token === '') throw unusable('is empty');
  return checkedToken(token);
}
