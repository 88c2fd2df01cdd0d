import { SILENT_LOGGER } from '@agion/messaging';
import { AgentSession } from './agent-session.js';
import type { ModelConfig, PromptConfig, ResourceConfig } from './config/configuration.js';
import type { Decision, PermissionQuestion } from './decisions/decision.js';
import type { GovernedBy, GovernedOptions } from './decisions/governed.js';
import { SYSTEM_CLOCK } from './clock.js';
import { AgionError, NotInitializedError } from './errors.js';
import type { EventPublisher } from './events/event-publisher.js';
import type { ExecutionReport } from './events/events.js';
import { type Governed, governed, type Governor } from './governed.js';
import type { SdkMetrics } from './metrics.js';
import type { AgionSDKOptions } from './options.js';
import { SdkEvents, type SdkEventName, type SdkListener } from './sdk-events.js';
import { settingsOf } from './settings.js';
import { NO_POLICY_STATUS, type SdkStatus } from './status.js';

/**
 * One agent's connection to Agion: who it is, what it works with, what it may do, and what it has done.
 *
 * @example
 * ```ts
 * const sdk = new AgionSDK({
 *   agentId: 'langgraph-v2:my_agent',
 *   gatewayUrl: 'http://gateway:8080',
 *   redisUrl: 'redis://redis:6379',
 * });
 * await sdk.initialize();
 *
 * const sendReport = sdk.governed('my_agent', 'send_report')(async (report: { to: string }) => mail(report));
 * await sendReport({ to: 'ada@example.com' }); // throws PolicyViolationError when no policy allows it
 *
 * await sdk.close();
 * ```
 */
export class AgionSDK implements AsyncDisposable {
  private readonly listeners: SdkEvents;
  private readonly governor: Governor;
  private session: AgentSession | undefined;
  private opening: Promise<void> | undefined;
  private state: 'new' | 'open' | 'closed' = 'new';

  /** Connects to nothing and reads no environment: `initialize()` does. */
  constructor(private readonly options: AgionSDKOptions) {
    this.listeners = new SdkEvents(options.logger);
    const by: GovernedBy = {
      check: (question) => this.opened().checker.check(question),
      report: (report) => this.tryToReport(report),
      clock: SYSTEM_CLOCK,
      logger: options.logger ?? SILENT_LOGGER,
    };
    this.governor = { by, complete: (agent) => this.opened().complete(agent) };
  }

  /** Complete, e.g. `langgraph-v2:my_agent`. @throws NotInitializedError */
  get agentId(): string {
    return this.opened().settings.agentId;
  }

  /** What the agent has to tell. @throws NotInitializedError */
  get events(): EventPublisher {
    return this.opened().events;
  }

  /**
   * Registers the agent, takes the token of the answer where it has none, loads its policies and listens for changes. Called again
   * it waits for the first call. After a failure it may be called again.
   *
   * Without the platform it succeeds only where `snapshotFolder` holds policies of an earlier run.
   *
   * @throws ConfigurationError when the agent has no container: its name has no `:` and nobody told the id of the container
   * @throws ApiError, ConnectionError, TimeoutError when it cannot be registered
   * @throws NotInitializedError after `close()`
   */
  initialize(): Promise<void> {
    if (this.state === 'closed') return Promise.reject(closed());
    this.opening ??= this.open().catch((error: unknown) => {
      this.opening = undefined;
      throw error;
    });
    return this.opening;
  }

  /**
   * Lets a function or method run only when the policies allow it. As a wrapper, or as a decorator with or without
   * `experimentalDecorators`. It may be used before `initialize()`, but what it governs is not to be called before that.
   *
   * @param agent whose action it is; a name without `:` gets the id of the container
   * @param action e.g. `send_report`
   * @param options what the policies see of a call; functions in it get the arguments of the call
   * @example
   * ```ts
   * const query = sdk.governed('analyst', 'query', { resource: 'sales_db' })(async (sql: string) => db.query(sql));
   *
   * class Mailer {
   *   @sdk.governed('mailer', 'send_mail')
   *   async send(mail: { to: string }): Promise<void> {}
   * }
   * ```
   * @throws PolicyViolationError by what it governs: the policies do not allow it, or nobody could say
   */
  governed<Args extends unknown[] = never>(agent: string, action: string, options?: GovernedOptions<Args>): Governed {
    return governed(this.governor, agent, action, options);
  }

  /**
   * Whether an action is allowed: from the policies in memory, without I/O, where they are enough; else the platform is asked.
   * A decision that could not be made is a denial.
   *
   * @example
   * ```ts
   * const { allowed, reason } = await sdk.checkPermission({ action: 'send_report', context: { rows: 200 } });
   * ```
   * @throws NotInitializedError; InvalidInputError for a question the platform would refuse
   */
  async checkPermission(question: PermissionQuestion): Promise<Decision> {
    return this.opened().checker.check(question);
  }

  /**
   * The same from memory alone: no I/O, no waiting. What only the platform can decide is denied.
   *
   * @throws NotInitializedError
   */
  checkLocally(question: PermissionQuestion): Decision {
    return this.opened().checker.checkLocally(question);
  }

  /**
   * The prompt of a location. From memory for a minute, and for another one while it is asked for again; dropped when the platform
   * says that it has changed; the last known while the platform does not answer.
   *
   * @throws NotInitializedError; NotFoundError with a `problem.hint` that says how to create it; ApiError, ConnectionError,
   *   TimeoutError when it was never fetched before
   */
  async getPrompt(location: string | { location: string }): Promise<PromptConfig> {
    return this.opened().configurations.get('prompt', typeof location === 'string' ? location : location.location);
  }

  /** The model for a purpose; kept and thrown as `getPrompt` does. */
  async getModel(purpose: string | { purpose: string }): Promise<ModelConfig> {
    return this.opened().configurations.get('model', typeof purpose === 'string' ? purpose : purpose.purpose);
  }

  /** The resource of a name; kept and thrown as `getPrompt` does. */
  async getResource(name: string | { name: string }): Promise<ResourceConfig> {
    return this.opened().configurations.get('resource', typeof name === 'string' ? name : name.name);
  }

  /** How it is doing right now; before `initialize()` and after `close()` too. */
  get status(): SdkStatus {
    const { state, session } = this;
    return {
      state,
      registered: state === 'open' && (session?.isRegistered ?? false),
      policies: session?.policies ?? NO_POLICY_STATUS,
    };
  }

  /** Counts since `initialize()`; still there after `close()`. @throws NotInitializedError */
  getMetrics(): SdkMetrics {
    if (!this.session) throw notYet();
    return this.session.metrics;
  }

  /**
   * Listens to what the SDK has to tell, also before `initialize()`.
   *
   * @returns the function that ends it
   * @example
   * ```ts
   * sdk.on('stale', ({ ageMs }) => console.warn(`policies have not been confirmed for ${ageMs} ms`));
   * ```
   */
  on<Name extends SdkEventName>(name: Name, listener: SdkListener<Name>): () => void {
    return this.listeners.on(name, listener);
  }

  /**
   * Sends what is in memory (for up to five seconds), ends this instance of the agent and closes the connections. Never rejects;
   * called again it waits for the first call. The agent's token stays valid.
   */
  async close(): Promise<void> {
    this.state = 'closed';
    await this.session?.close();
  }

  /** `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  private async open(): Promise<void> {
    const session = new AgentSession(settingsOf(this.options), this.listeners.emit);
    this.session = session;
    try {
      await session.open();
    } catch (error) {
      await session.close();
      this.session = undefined;
      throw this.isClosed ? closed() : error;
    }
    if (this.isClosed) throw closed();
    this.state = 'open';
  }

  /** As it is now: `close()` may have been called meanwhile. */
  private get isClosed(): boolean {
    return this.state === 'closed';
  }

  /** @throws NotInitializedError */
  private opened(): AgentSession {
    if (this.session && this.state === 'open') return this.session;
    throw this.state === 'closed' ? closed() : notYet();
  }

  /** A report that is refused must not take the place of what the call itself came to. */
  private tryToReport(report: ExecutionReport): void {
    try {
      this.opened().events.reportExecution(report);
    } catch (error) {
      const told = AgionError.is(error) ? error : new AgionError(String(error), { cause: error });
      this.listeners.emit({ type: 'error', error: told });
    }
  }
}

const notYet = (): NotInitializedError =>
  new NotInitializedError('the sdk is not initialized: await `initialize()` first');
const closed = (): NotInitializedError => new NotInitializedError('the sdk is closed: make another one');
