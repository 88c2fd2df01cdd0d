import { fullJitter, type Logger, SILENT_LOGGER } from '@agion/messaging';
import { type Clock, SYSTEM_CLOCK } from '../clock.js';
import { AgionError, ApiError, ConflictError, ConnectionError, NotFoundError, UnauthorizedError } from '../errors.js';
import type { TokenSource } from '../http/token-source.js';
import type { SdkEvent } from '../sdk-events.js';
import type { AgentDescription } from '../settings.js';
import type { HeartbeatAnswer, InstanceReport, RegistrationAnswer, RegistryClient } from './registry.client.js';

/** What keeps an agent registered. */
export interface RegistrationOptions {
  readonly client: RegistryClient;
  readonly description: AgentDescription;
  readonly token: TokenSource;
  /** Asked before each beat. */
  readonly report: () => InstanceReport;
  readonly emit: (event: SdkEvent) => void;
  /** Hears what each registration, the first one too, was answered with. */
  readonly onRegistered?: (answer: RegistrationAnswer) => void;
  /** Hears what a beat was answered with. */
  readonly onBeat?: (answer: HeartbeatAnswer) => void;
  /** Told once that the agent is retired: no registration and no beat follows. */
  readonly onRetired?: () => void;
  /** Told with each beat that was refused for its credentials, when there are no others to try. */
  readonly onRefused?: () => void;
  readonly clock?: Clock;
  readonly random?: () => number;
  readonly logger?: Logger;
}

/** Beats for each lease: two may be lost. */
const BEATS_PER_LEASE = 3;
const FIRST_LEASE_SECONDS = 30;
const END_TIMEOUT_MS = 3_000;
/** Milliseconds over which those spread who have something to tell before their next beat, and the least between two beats. */
const SOON_MS = 2_000;
const BETWEEN_BEATS_MS = 1_000;
/** Between attempts while the platform does not answer. */
const AGAIN = { minMs: 500, maxMs: 10_000 };

/**
 * An agent's registration: made once, kept by signs of life, made again when the platform does not know it any more, and
 * ended with the process. Only `retired` is final.
 */
export class Registration {
  private readonly logger: Logger;
  private readonly ending = new AbortController();
  private last: RegistrationAnswer | undefined;
  private cancelNext: () => void = () => undefined;
  private registered = false;
  private failures = 0;
  /** By the monotonic clock: when the last beat began, and when the next one will. */
  private beatAt = -Infinity;
  private nextAt = Infinity;
  /** Something is to be told that the beat under way may not know of. */
  private hasNews = false;

  constructor(private readonly options: RegistrationOptions) {
    this.logger = options.logger ?? SILENT_LOGGER;
  }

  /** Slug of the agent's organization; undefined before the first registration. */
  get organization(): string | undefined {
    return this.last?.organization;
  }

  /** Whether the platform has this instance, as far as is known. */
  get isRegistered(): boolean {
    return this.registered;
  }

  /**
   * Registers and begins to beat.
   * @param options `inHurry`: one attempt that takes a second at most, because the agent can begin without
   * @throws ApiError, ConnectionError, TimeoutError; nothing goes on then
   */
  async start({ inHurry = false } = {}): Promise<RegistrationAnswer> {
    const answer = await this.register(inHurry);
    this.schedule();
    return answer;
  }

  /** Goes on trying in the background: for an agent that starts while the platform is away. */
  startLater(): void {
    this.failures = 1;
    this.schedule();
  }

  /** Brings the next beat forward, because there is something to tell: no beat more, only an earlier one. */
  beatSoon(): void {
    this.hasNews = true;
    if (this.registered && this.failures === 0 && this.nextAt < Infinity) this.schedule();
  }

  /** Ends the beats and tells the platform that this instance is gone; says nothing when it does not answer. */
  async close(): Promise<void> {
    if (this.ending.signal.aborted) return;
    this.ending.abort();
    this.cancelNext();
    if (!this.registered) return;
    this.registered = false;
    try {
      await this.options.client.end(END_TIMEOUT_MS);
    } catch (error) {
      this.logger.warn({ error: messageOf(error) }, 'the instance could not be ended and will run out');
    }
  }

  private async register(inHurry = false): Promise<RegistrationAnswer> {
    const { client, description, token } = this.options;
    try {
      this.last = await client.register(description, this.ending.signal, inHurry);
    } catch (error) {
      if (!UnauthorizedError.is(error) || !token.refused()) throw error;
      this.last = await client.register(description, this.ending.signal, inHurry);
    }
    token.keep(this.last.token);
    this.registered = true;
    this.options.onRegistered?.(this.last);
    return this.last;
  }

  private schedule(): void {
    if (this.ending.signal.aborted) return;
    const { random = Math.random, clock = SYSTEM_CLOCK } = this.options;
    const beatMs = ((this.last?.leaseSeconds ?? FIRST_LEASE_SECONDS) * 1_000) / BEATS_PER_LEASE;
    const ms =
      this.failures === 0
        ? beatMs * (0.9 + 0.2 * random())
        : fullJitter(this.failures, { ...AGAIN, maxMs: Math.max(AGAIN.minMs, Math.min(AGAIN.maxMs, beatMs)) }, random);
    const now = clock.monotonic();
    const soon = Math.max(now + SOON_MS * random(), this.beatAt + BETWEEN_BEATS_MS);
    const planned = Math.min(this.nextAt, now + ms);
    this.nextAt = this.hasNews && this.failures === 0 ? Math.min(planned, soon) : planned;
    this.cancelNext();
    this.cancelNext = clock.after(Math.max(0, this.nextAt - now), () => void this.beat());
  }

  private async beat(): Promise<void> {
    this.beatAt = (this.options.clock ?? SYSTEM_CLOCK).monotonic();
    this.nextAt = Infinity;
    this.hasNews = false;
    try {
      if (this.registered) this.learn(await this.options.client.beat(this.options.report(), this.ending.signal));
      else await this.register();
      this.failures = 0;
    } catch (error) {
      if (this.ending.signal.aborted) return;
      this.failures += 1;
      if (isRetired(error)) return this.giveUp(error);
      const forgotten = this.registered && (NotFoundError.is(error) || ConflictError.is(error));
      const unauthorized = UnauthorizedError.is(error);
      const hasAnother = unauthorized && this.options.token.refused();
      if (forgotten || hasAnother) this.registered = false;
      if (unauthorized && !hasAnother) this.options.onRefused?.();
      this.logger.warn({ error: messageOf(error), failures: this.failures }, 'a sign of life failed');
      if (!forgotten) this.options.emit({ type: 'error', error: asAgionError(error) });
    }
    this.schedule();
  }

  private learn(answer: HeartbeatAnswer): void {
    if (this.last) this.last = { ...this.last, leaseSeconds: answer.leaseSeconds };
    this.options.onBeat?.(answer);
  }

  private giveUp(error: ApiError): void {
    this.registered = false;
    this.options.onRetired?.();
    this.logger.error({ error: error.message }, 'the agent is retired and will not register again');
    this.options.emit({ type: 'error', error });
  }
}

const isRetired = (error: unknown): error is ApiError =>
  ApiError.is(error) && error.problem.type.endsWith('/agent-retired');

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const asAgionError = (error: unknown): AgionError =>
  AgionError.is(error) ? error : new ConnectionError(messageOf(error), { cause: error });
