import { AgionSDK } from '../agion-sdk.js';
import type { AgionSDKOptions } from '../options.js';
import type { FakeAction } from './fake-actions.js';
import { type FakeAgent, FakeAgents } from './fake-agents.js';
import { type FakeConfiguration, FakeConfigurations } from './fake-configuration.js';
import { FakeGateway } from './fake-gateway.js';
import { FakePolicies } from './fake-policies.js';
import { FakeRecords, type RecordedEntry } from './fake-records.js';
import { HurriedClock } from './hurried-clock.js';

/** What a fake platform begins with. */
export interface FakePlatformOptions extends FakeConfiguration {
  /** Policies as somebody would post them. @default none */
  policies?: readonly object[];
  /** What is known of actions. @default nothing: they are of high risk, and take any context */
  actions?: readonly FakeAction[];
  /** What holds where no policy matches. @default 'deny' */
  defaultEffect?: 'allow' | 'deny';
  /** Trust of agents that nobody has set one for, 0–1. @default 0.5 */
  trust?: number;
  /** Slug. @default 'default' */
  organization?: string;
}

const ORIGIN = 'http://agion.fake';
/** Milliseconds in which an agent looks for the platform at least once. */
const FOUND_OUT_MS = 30_000;
/** Turns of the event loop in which nobody asks anything: then everybody has taken in what he was told. */
const QUIET_TURNS = 20;
/** Milliseconds a change has to be in force with all agents. */
const MOST_MS = 5_000;
const nextTurn = setImmediate; // the real one, whatever a test does to it later

/**
 * A platform in memory for the tests of an agent. Its agents are real `AgionSDK`s: policies are evaluated by the engine that the
 * platform uses, signed and synchronized as the platform does it; only the network is not there. What a test changes is in force when
 * the call resolves.
 *
 * @example
 * ```ts
 * const platform = new FakePlatform({ policies: [small_reports], prompts: { data_analysis: 'You are …' } });
 * const sdk = await platform.connect({ agentId: 'demo:reporter' });
 * await sendReport(sdk, { rows: 200 });
 * await sdk.events.flush();
 * expect(platform.decisions).toHaveLength(1);
 * await platform.close();
 * ```
 */
export class FakePlatform {
  private readonly clock = new HurriedClock();
  private readonly registered: FakeAgents;
  private readonly policies: FakePolicies;
  private readonly configurations: FakeConfigurations;
  private readonly records = new FakeRecords();
  private readonly gateway: FakeGateway;
  private readonly sdks = new Set<AgionSDK>();
  /** Those with whom the kill switch is in force. */
  private readonly stopped = new Set<AgionSDK>();
  private isAway = false;

  /** @throws InvalidInputError naming each fault of each action and policy */
  constructor(options: FakePlatformOptions = {}) {
    const { policies = [], actions = [], defaultEffect = 'deny', trust = 0.5, organization = 'default' } = options;
    this.registered = new FakeAgents(trust);
    this.policies = new FakePolicies(organization, defaultEffect);
    this.policies.describe(actions);
    this.policies.publish(policies);
    this.configurations = new FakeConfigurations(options);
    const { registered: agents, configurations, records, clock } = this;
    this.gateway = new FakeGateway({
      organization,
      agents,
      policies: this.policies,
      configurations,
      records,
      now: clock.now,
    });
  }

  /** An SDK of this platform, not yet initialized: for code that does it itself. Nothing of it is read from the environment but the container. */
  sdk(options: AgionSDKOptions): AgionSDK {
    const { fetch } = this.gateway;
    const own = { gatewayUrl: ORIGIN, registryUrl: ORIGIN, governanceUrl: ORIGIN, redisUrl: '', token: 'fake' };
    const sdk = new AgionSDK({ ...options, ...own, transport: 'http', fetch, clock: this.clock });
    this.sdks.add(sdk);
    sdk.on('stopped', () => this.stopped.add(sdk));
    sdk.on('resumed', () => this.stopped.delete(sdk));
    return sdk;
  }

  /** An SDK of this platform, initialized. */
  async connect(options: AgionSDKOptions): Promise<AgionSDK> {
    const sdk = this.sdk(options);
    await sdk.initialize();
    return sdk;
  }

  /** Trust events, feedback and mission events, in the order they came in. Buffered ones come with `sdk.events.flush()`. */
  get events(): readonly RecordedEntry[] {
    return this.records.of('trust', 'feedback', 'mission');
  }

  /** How executions ended. */
  get reports(): readonly RecordedEntry[] {
    return this.records.of('report');
  }

  /** Decisions, made in memory or by this platform. */
  get decisions(): readonly RecordedEntry[] {
    return this.records.of('decision');
  }

  /** Who has registered. */
  get agents(): readonly FakeAgent[] {
    return [...this.registered.known.values()];
  }

  /** Adds policies, or replaces those of the same id. @throws InvalidInputError naming each fault of each document */
  publish(...policies: readonly object[]): Promise<void> {
    this.policies.publish(policies);
    this.registered.changed();
    return this.spread();
  }

  /** Says what is known of actions, in place of what was. @throws InvalidInputError naming each fault, also of a policy that does not go with it */
  describe(...actions: readonly FakeAction[]): Promise<void> {
    this.policies.describe(actions);
    this.registered.changed();
    return this.spread();
  }

  /** Takes policies back. */
  withdraw(...ids: readonly string[]): Promise<void> {
    for (const id of ids) this.policies.withdraw(id);
    this.registered.changed();
    return this.spread();
  }

  /** Adds prompts, models and resources, or replaces them. Those an agent has fetched are current for a minute: see `advance`. */
  configure(configuration: FakeConfiguration): void {
    this.configurations.set(configuration);
  }

  /** @param trust 0–1 */
  setTrust(agentId: string, trust: number): Promise<void> {
    this.registered.setTrust(agentId, trust);
    return this.spread();
  }

  /** Uses the kill switch: nothing is allowed any more. */
  stop(): Promise<void> {
    this.policies.stop(true);
    this.registered.changed();
    return this.spread();
  }

  resume(): Promise<void> {
    this.policies.stop(false);
    this.registered.changed();
    return this.spread();
  }

  /** Answers nothing any more: agents go on with what they have. */
  goAway(): void {
    this.isAway = true;
    this.gateway.setAway(true);
  }

  /** Answers again. Half a minute passes, in which agents find out. */
  async comeBack(): Promise<void> {
    this.isAway = false;
    this.gateway.setAway(false);
    this.registered.changed(); // everybody has to show that he has found out
    await this.advance(FOUND_OUT_MS);
  }

  /** Lets time pass for the agents, e.g. until their policies are stale. Events are sent by `sdk.events.flush()`. */
  async advance(ms: number): Promise<void> {
    this.clock.advance(ms);
    await this.settle();
  }

  /** Closes all of its SDKs. */
  async close(): Promise<void> {
    await Promise.all([...this.sdks].map((sdk) => sdk.close()));
    this.sdks.clear();
  }

  /** What has changed reaches the agents now, not with their next sign of life. */
  private async spread(): Promise<void> {
    if (!this.isAway) await this.settle();
  }

  private async settle(): Promise<void> {
    const until = performance.now() + MOST_MS;
    for (let turn = 0, quiet = 0, seen = -1; quiet < QUIET_TURNS && performance.now() < until; turn += 1) {
      const { activity } = this.gateway;
      quiet = activity === seen && (this.isAway || this.isInForce) ? quiet + 1 : 0;
      seen = activity;
      if (turn % QUIET_TURNS === 0 && !this.isAway && !this.registered.haveAllHeard) this.clock.hurry();
      await new Promise((resolve) => nextTurn(resolve));
    }
  }

  private get isInForce(): boolean {
    const { revision, stopped } = this.policies.state;
    const isCurrent = (sdk: AgionSDK): boolean =>
      sdk.getMetrics().policy_engine.policy_revision >= revision && this.stopped.has(sdk) === stopped;
    return this.registered.haveAllHeard && [...this.sdks].every((sdk) => !isOpen(sdk) || isCurrent(sdk));
  }
}

function isOpen(sdk: AgionSDK): boolean {
  try {
    return sdk.agentId !== '';
  } catch {
    return false; // not initialized yet, or closed
  }
}
