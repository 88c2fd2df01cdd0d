import { type Logger, SILENT_LOGGER } from '@agion/messaging';
import { containerOf, DEFAULT_ORGANIZATION } from '@agion/wire';
import type { Decision, PermissionQuestion } from '../decisions/decision.js';
import { readEnvironment, type SdkEnvironment } from '../environment.js';
import { ConfigurationError } from '../errors.js';
import { EntrySigner } from '../events/entry-signer.js';
import { GatewayClient } from '../http/gateway.client.js';
import { TokenSource } from '../http/token-source.js';
import { agentIdOf } from '../settings.js';
import { BusCheck } from './bus-check.js';
import { HttpCheck } from './http-check.js';
import type { RemoteCheck } from './remote-check.js';

/** What can be said instead of by the environment. */
export interface GovernanceClientOptions {
  /** @default AGION_REDIS_URL, else REDIS_URL */
  redisUrl?: string;
  /** @default AGION_GOVERNANCE_URL, else AGION_GATEWAY_URL */
  governanceUrl?: string;
  /** Where the agent's stream key is fetched. @default AGION_REGISTRY_URL, else AGION_GATEWAY_URL */
  registryUrl?: string;
  /** @default AGION_TOKEN, or what AGION_TOKEN_FILE holds */
  token?: string;
  /** @default AGION_AGENT_CONTAINER_ID */
  containerId?: string;
  /** Slug of the organization. @default AGION_ORGANIZATION, else `default` */
  organization?: string;
  /** @default AGION_TRANSPORT, else `redis` where there is a Redis */
  transport?: 'redis' | 'http';
  /** Gets fields and a constant message, as pino takes them. @default silent */
  logger?: Logger;
}

/**
 * Asks the platform whether an action is allowed: over Redis Streams, or over HTTP where there is no Redis. Without arguments it
 * goes by the environment alone. It registers nothing and decides nothing by itself; `AgionSDK` does both.
 *
 * @example
 * ```ts
 * const governance = new GovernanceClient();
 * const permission = await governance.checkPermission({
 *   agentId: 'nodejs-v1:chart_generator',
 *   action: 'generate_chart',
 *   context: { query: 'sales by region' },
 * });
 * if (!permission.allowed) console.error(permission.reason);
 * ```
 */
export class GovernanceClient {
  private readonly containerId: string | undefined;
  private readonly remote: RemoteCheck;

  /**
   * Connects with the first question.
   * @throws ConfigurationError when neither Redis nor the platform is named
   */
  constructor(options: GovernanceClientOptions = {}) {
    const environment = readEnvironment();
    const { containerId = environment.containerId, organization, logger = SILENT_LOGGER } = options;
    this.containerId = containerId;
    const redisUrl = options.redisUrl ?? environment.redisUrl;
    const overHttp = (options.transport ?? environment.transport) === 'http' || redisUrl === undefined;
    const slug = organization ?? environment.organization ?? DEFAULT_ORGANIZATION.slug;
    if (overHttp) {
      const token = tokenOf(options, environment);
      this.remote = new HttpCheck(gatewayOf(options, environment, token, logger), () => token.refused());
      return;
    }
    const signer = signerOf(options, environment, logger);
    const known = { redisUrl, containerId: containerId ?? null, organizationSlug: () => slug, logger };
    this.remote = new BusCheck({ ...known, ...(signer && { signer }) });
  }

  /**
   * Asks for a decision, and waits for it no longer than `timeoutMs` (5000 unless told). When there is no answer in time the
   * decision is a denial with `unavailable`.
   *
   * @throws ConfigurationError for a name without `:` when the container is not known
   * @throws InvalidInputError for a question the platform would refuse
   * @throws ApiError over HTTP, when the platform refuses the token
   */
  checkPermission(question: PermissionQuestion & { agentId: string }): Promise<Decision> {
    return Promise.resolve().then(() => this.remote.check({ ...question, agentId: this.complete(question.agentId) }));
  }

  /** Ends what waits, with a denial, and closes the connections. */
  close(): Promise<void> {
    return this.remote.close();
  }

  private complete(name: string): string {
    return completeName(name, this.containerId);
  }
}

/** @throws ConfigurationError for a name without `:` when the container is not known, and for what is no agent's name */
export function completeName(name: string, containerId: string | undefined): string {
  const container = containerOf(name) ?? containerId;
  if (container !== undefined) return agentIdOf(name, container);
  throw new ConfigurationError(
    `the agent \`${name}\` has no container: name it \`container:${name}\`, or set \`AGION_AGENT_CONTAINER_ID\``,
  );
}

function gatewayOf(
  options: GovernanceClientOptions,
  environment: SdkEnvironment,
  token: TokenSource,
  logger: Logger,
): GatewayClient {
  const url = options.governanceUrl ?? environment.governanceUrl ?? environment.gatewayUrl;
  if (url === undefined)
    throw new ConfigurationError(
      'nobody can be asked: set `REDIS_URL`, or `AGION_GOVERNANCE_URL` or `AGION_GATEWAY_URL`',
    );
  if (!/^https?:\/\//.test(url)) throw new ConfigurationError(`\`${url}\` is not an \`http://\` or \`https://\` url`);
  return new GatewayClient({ url, token: token.current, logger });
}

/** Questions are signed where a key can be had: production believes no others. */
function signerOf(
  options: GovernanceClientOptions,
  environment: SdkEnvironment,
  logger: Logger,
): EntrySigner | undefined {
  const url = options.registryUrl ?? environment.registryUrl ?? environment.gatewayUrl;
  if (url === undefined) return undefined;
  const token = tokenOf(options, environment);
  const gateway = new GatewayClient({ url, token: token.current, logger });
  return new EntrySigner({ gateway, hasToken: () => token.current() !== undefined, logger });
}

function tokenOf(options: GovernanceClientOptions, environment: SdkEnvironment): TokenSource {
  const token = options.token ?? environment.token;
  const { tokenFile } = environment;
  return new TokenSource(token === undefined ? { ...(tokenFile !== undefined && { tokenFile }) } : { token });
}
