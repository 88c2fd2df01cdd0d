import { existsSync } from 'node:fs';
import { TopicHub } from '@agion/messaging';
import { ConfigurationClient } from './config/configuration.client.js';
import { Configurations } from './config/configurations.js';
import { AgentStanding } from './decisions/agent-standing.js';
import { DecisionChecker } from './decisions/checker.js';
import { DecisionRecorder, type EntrySink } from './decisions/decision-recorder.js';
import { LocalDecisions } from './decisions/local-decisions.js';
import { AgionError, ConnectionError } from './errors.js';
import { EntrySigner } from './events/entry-signer.js';
import { EventBuffer } from './events/event-buffer.js';
import { EventPublisher } from './events/event-publisher.js';
import { HttpOutlet } from './events/http-outlet.js';
import { RedisOutlet } from './events/redis-outlet.js';
import { BusCheck } from './governance/bus-check.js';
import { HttpCheck } from './governance/http-check.js';
import type { RemoteCheck } from './governance/remote-check.js';
import { GatewayClient } from './http/gateway.client.js';
import { TokenSource } from './http/token-source.js';
import type { SdkMetrics } from './metrics.js';
import { PolicyKeeper } from './policies/policy-keeper.js';
import { PolicySnapshotStore } from './policies/policy-snapshot.store.js';
import { appliedConfig } from './registry/applied-config.js';
import { type InstanceReport, type RegistrationAnswer, RegistryClient } from './registry/registry.client.js';
import { Registration } from './registry/registration.js';
import type { SdkEvent } from './sdk-events.js';
import type { SdkStatus } from './status.js';
import { agentIdOf, type SdkSettings } from './settings.js';

/** Everything that lives from `initialize()` to `close()`, put together in one place. */
export class AgentSession {
  readonly events: EventPublisher;
  readonly configurations: Configurations;
  readonly checker: DecisionChecker;
  private readonly hub: TopicHub | undefined;
  private readonly standing: AgentStanding;
  private readonly registration: Registration;
  private readonly keeper: PolicyKeeper;
  private readonly buffer: EventBuffer;
  private readonly remote: readonly RemoteCheck[];
  private readonly signer: EntrySigner;
  /** Whether policies are being kept: a registration before that need not hurry them. */
  private isLoading = false;
  /** Nothing a retired agent says is believed any more. */
  private readonly ledger: EntrySink = {
    add: (entry, how) => !this.standing.isRetired && this.buffer.add(entry, how),
  };
  private endNotices: (() => void) | undefined;
  private closing: Promise<void> | undefined;

  constructor(
    readonly settings: SdkSettings,
    private readonly emit: (event: SdkEvent) => void,
  ) {
    const { agentId, instanceId, description, redisUrl, usesStreams, logger, fetch, clock } = settings;
    const token = new TokenSource(settings);
    const clientOf = (url: string): GatewayClient =>
      new GatewayClient({
        url,
        token: token.current,
        timeoutMs: settings.timeoutMs,
        logger,
        ...(fetch && { fetch }),
      });
    const [gateway, governance] = [clientOf(settings.gatewayUrl), clientOf(settings.governanceUrl)];
    const name = `agion-sdk:${agentId}`;
    const organizationSlug = (): string => this.organization();
    const hasToken = (): boolean => token.current() !== undefined;
    const signer = new EntrySigner({ gateway: clientOf(settings.registryUrl), hasToken, logger });
    this.signer = signer;
    if (redisUrl !== undefined) this.hub = new TopicHub({ redisUrl, name, logger });

    this.standing = new AgentStanding(clock, description);
    this.registration = new Registration({
      client: new RegistryClient(clientOf(settings.registryUrl), { agentId, instanceId }),
      description,
      token,
      report: () => this.report(),
      emit,
      onRegistered: (answer) => this.registered(answer),
      onBeat: (answer) => {
        this.standing.heard(answer);
        this.keeper.told(answer);
      },
      onRetired: () => this.standing.retire(),
      onRefused: () => this.standing.refuse(),
      clock,
      logger,
    });
    this.keeper = new PolicyKeeper({
      ...settings,
      gateway: governance,
      organization: () => this.registration.organization,
      emit: (event) => {
        if (event.type === 'policies-updated') this.registration.beatSoon();
        emit(event);
      },
      ...(this.hub && { hub: this.hub }),
    });
    this.configurations = new Configurations({
      client: new ConfigurationClient(clientOf(settings.registryUrl)),
      ttlMs: settings.configTtlMs,
      clock,
      logger,
    });
    this.buffer = new EventBuffer({
      outlet:
        usesStreams && redisUrl !== undefined
          ? new RedisOutlet({ redisUrl, organizationSlug, name: `${name}:events`, signer, logger })
          : new HttpOutlet(gateway),
      flushAt: settings.eventBufferSize,
      flushIntervalMs: settings.flushIntervalMs,
      capacity: settings.maxBufferedEvents,
      logger,
    });
    const complete = (agent: string): string => this.complete(agent);
    this.events = new EventPublisher({ buffer: this.buffer, agentId: () => agentId, complete });
    const { containerId } = settings;
    this.remote = [
      ...(usesStreams && redisUrl !== undefined
        ? [new BusCheck({ redisUrl, containerId, organizationSlug, name: `${name}:checks`, signer, logger })]
        : []),
      new HttpCheck(governance),
    ];
    this.checker = new DecisionChecker({
      agentId,
      complete,
      local: new LocalDecisions({ ...settings, policies: this.keeper, standing: this.standing, clock }),
      remote: this.remote,
      recorder: new DecisionRecorder({ sink: this.ledger, log: settings.decisionLog }),
      ...(settings.traceparent && { traceparent: settings.traceparent }),
      clock,
      logger,
    });
  }

  /** The complete id of an agent of this container. @throws ConfigurationError when it is not one */
  complete(agent: string): string {
    return agentIdOf(agent, this.settings.containerId);
  }

  /**
   * Registers and loads the policies. A platform that does not answer is no obstacle where policies were kept: it is asked
   * again in the background.
   * @throws ApiError, ConnectionError, TimeoutError
   */
  async open(): Promise<void> {
    const mayBeginWithout = this.hasSnapshot();
    let failure: unknown;
    try {
      await this.registration.start({ inHurry: mayBeginWithout });
    } catch (error) {
      if (!mayBeginWithout || !AgionError.is(error) || !error.retryable) throw error;
      failure = error;
      this.registration.startLater();
    }
    this.isLoading = true;
    await this.keeper.start();
    if (failure !== undefined && this.keeper.standing === 'none') throw failure as Error;
    const { agentId } = this.settings;
    const { revision } = this.keeper.current;
    this.emit({ type: 'ready', agentId, organization: this.registration.organization ?? '', policyRevision: revision });
  }

  /** What decisions are made by now. */
  get policies(): SdkStatus['policies'] {
    const { standing, ageMs, isStopped } = this.keeper;
    const { revision, epoch } = this.keeper.current;
    return { standing, revision, epoch, stopped: isStopped, ageMs: ageMs === Infinity ? null : Math.round(ageMs) };
  }

  get isRegistered(): boolean {
    return this.registration.isRegistered;
  }

  get metrics(): SdkMetrics {
    const { total, averageMs, denied, local, remote, unavailable, stale } = this.checker.counts;
    const { published, failed, dropped, bufferSize } = this.buffer.counts;
    return {
      policy_engine: {
        total_evaluations: total,
        average_latency_ms: averageMs,
        denied,
        local,
        remote,
        unavailable,
        policy_revision: this.keeper.current.revision,
        policies: this.keeper.standing,
        policy_age_ms: this.policies.ageMs,
        decided_while_stale: stale,
      },
      event_client: { published, failed, dropped, buffer_size: bufferSize },
      cache_sizes: this.configurations.sizes,
    };
  }

  /** Sends what is left, ends the instance and closes the connections. Never rejects. */
  close(): Promise<void> {
    this.closing ??= this.end();
    return this.closing;
  }

  private async end(): Promise<void> {
    this.endNotices?.();
    await Promise.all([this.keeper.close(), ...this.remote.map((each) => each.close())]);
    await this.buffer.close();
    await this.registration.close();
    this.hub?.close();
  }

  /** Whether there is something to begin with while the platform is away; whether it is any good is found out then. */
  private hasSnapshot(): boolean {
    const { snapshotFolder, agentId } = this.settings;
    return snapshotFolder !== undefined && existsSync(new PolicySnapshotStore(snapshotFolder, agentId).file);
  }

  private registered(answer: RegistrationAnswer): void {
    const { organization, policyRevision, streamKey } = answer;
    if (streamKey !== undefined) this.signer.keep(this.settings.agentId, streamKey);
    this.standing.heard(answer);
    if (this.isLoading) this.keeper.told({ policyRevision, epoch: 0, stopped: false });
    if (this.hub) this.endNotices ??= this.configurations.hear(this.hub, organization);
  }

  private report(): InstanceReport {
    const { policy_engine, event_client } = this.metrics;
    const { revision, ageMs } = this.keeper.applied;
    return {
      appliedPolicyRevision: revision,
      ...(ageMs !== undefined && { appliedPolicyAgeMs: ageMs }),
      appliedConfig: appliedConfig(this.configurations.versions),
      metrics: { policy_engine, event_client },
    };
  }

  /** @throws ConnectionError before the first registration: names on Redis depend on it */
  private organization(): string {
    const { organization } = this.registration;
    if (organization === undefined) throw new ConnectionError('the agent is not registered yet');
    return organization;
  }
}
