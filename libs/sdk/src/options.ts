import type { Logger } from '@agion/messaging';
import type { Clock } from './clock.js';

/** What makes two builds of an agent the same or not; trust of one does not carry over to another. */
export interface AgentFingerprint {
  model?: string;
  prompt?: string;
  code?: string;
}

/** Which decisions made in memory are reported to the ledger: all of them, denials alone, or denials and that part of the rest (0–1). */
export type DecisionLog = 'all' | 'denied' | `sample:${number}`;

/** What holds when policies have not been confirmed for longer than `maxStalenessMs`. */
export type FailMode =
  /** Actions of high risk are denied, and those nobody has said anything about; others go on being decided. */
  | 'deny'
  /** The last known policies go on deciding. */
  | 'last-known';

/** How an agent presents itself and finds the platform. Only `agentId` has no default. */
export interface AgionSDKOptions {
  /** `container:name`, or `name` where the id of the container is known. */
  agentId: string;
  /** @default AGION_GATEWAY_URL, else `http://gateway:8080` */
  gatewayUrl?: string;
  /** Without Redis everything goes over HTTP; an empty text means none. @default AGION_REDIS_URL, else REDIS_URL, else none */
  redisUrl?: string;
  /**
   * How questions and events travel; notices come over Redis in any case where there is one. Over streams they are signed with
   * the agent's stream key. @default AGION_TRANSPORT, else `redis` where there is a Redis
   */
  transport?: 'redis' | 'http';
  /** Of the agent or of its container. @default AGION_TOKEN, or what AGION_TOKEN_FILE holds; in development none is needed */
  token?: string;
  /** @default the part of `agentId` before the colon, else AGION_AGENT_CONTAINER_ID */
  containerId?: string;
  /** Names this process among the replicas of its container. @default host name and a random part */
  instanceId?: string;
  /** @default AGION_REGISTRY_URL, else the gateway */
  registryUrl?: string;
  /** @default AGION_GOVERNANCE_URL, else the gateway */
  governanceUrl?: string;

  /** For people. @default the agent id */
  name?: string;
  type?: string;
  version?: string;
  framework?: string;
  capabilities?: readonly string[];
  /** Where the container answers. */
  endpoint?: string;
  fingerprint?: AgentFingerprint;
  /** The agent on whose behalf it acts: it is never trusted further than that one. Only an operator takes it back. */
  delegatedBy?: string;
  labels?: Readonly<Record<string, string>>;
  metadata?: Readonly<Record<string, unknown>>;

  /** Milliseconds one HTTP attempt may take. @default 10000 */
  timeoutMs?: number;
  /** Milliseconds a prompt, model or resource is taken for current. @default 60000 */
  configTtlMs?: number;
  /** Milliseconds between two looks at the policies, ± 20 %, when no notice comes. @default 25000 */
  syncIntervalMs?: number;
  /** Milliseconds after which policies that nobody confirms are stale. @default 900000 */
  maxStalenessMs?: number;
  /** @default 'deny' */
  failMode?: FailMode;
  /** Actions that are taken for low risk, whatever the platform says: stale policies decide about them too. @default none */
  lowRiskActions?: readonly string[];
  /** Where the last policies are kept for a start without a gateway. @default none are kept */
  snapshotFolder?: string;
  /** Public keys (raw Ed25519, base64url) that sign policies. @default those of `/.well-known/agion-keys` */
  verifyKeys?: readonly string[];
  /** @default 'all' */
  decisionLog?: DecisionLog;
  /** Events that start a flush before its time. @default 100 */
  eventBufferSize?: number;
  /** The most events kept while the platform is away; the oldest are dropped, and counted. @default 10000 */
  maxBufferedEvents?: number;
  /** Milliseconds between two flushes. @default 5000 */
  flushIntervalMs?: number;
  /**
   * The trace that questions to the platform belong to (W3C `traceparent`), e.g. of the running span of OpenTelemetry. @default a trace
   * of its own for each question
   */
  traceparent?: () => string | undefined;
  /** Gets fields and a constant message, as pino takes them. @default silent */
  logger?: Logger;
  /** Speaks HTTP: for proxies, and for tests. @default connections that the agents of a process share, by no proxy */
  fetch?: typeof globalThis.fetch;
  /** For tests that must not wait. @default the machine's own */
  clock?: Clock;
}
