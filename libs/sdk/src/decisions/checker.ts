import { type Logger, rateLimitedLogger } from '@agion/messaging';
import type { Clock } from '../clock.js';
import { AgionError } from '../errors.js';
import {
  type AddressedQuestion,
  CHECK_TIMEOUT_MS,
  refuseInvalid,
  type RemoteCheck,
  unavailable,
} from '../governance/remote-check.js';
import { traceparentOf } from '../governance/trace.js';
import { InvalidInputError } from '../input/input.errors.js';
import type { Decision, PermissionQuestion } from './decision.js';
import type { DecisionRecorder } from './decision-recorder.js';
import { isOrdinary, type LocalDecisions } from './local-decisions.js';

export interface DecisionCheckerOptions {
  /** Whose action it is when a question does not say. */
  readonly agentId: string;
  /** Makes a name complete. @throws AgionError for what is no name of an agent */
  readonly complete: (name: string) => string;
  readonly local: LocalDecisions;
  /** Whom to ask what cannot be decided here, the first one first. */
  readonly remote: readonly RemoteCheck[];
  readonly recorder: DecisionRecorder;
  readonly clock: Clock;
  /** Of what is running; see the option of this name. */
  readonly traceparent?: () => string | undefined;
  readonly logger: Logger;
}

/** What decisions have come to since the start. */
export interface DecisionCounts {
  /** All questions, wherever they were decided. */
  readonly total: number;
  readonly denied: number;
  /** Decided in memory. */
  readonly local: number;
  /** Asked of the platform. */
  readonly remote: number;
  /** Denials for want of a decision. */
  readonly unavailable: number;
  /** Made by policies that nobody had confirmed for too long, or denied for that reason. */
  readonly stale: number;
  /** Milliseconds a decision took on average, questions to the platform included. */
  readonly averageMs: number;
}

/** Answers whether an agent may: from memory where that is enough, else by asking the platform, else no. */
export class DecisionChecker {
  private readonly log: Logger;
  private total = 0;
  private denied = 0;
  private remote = 0;
  private unavailable = 0;
  private stale = 0;
  private totalMs = 0;

  constructor(private readonly options: DecisionCheckerOptions) {
    this.log = rateLimitedLogger(options.logger);
  }

  get counts(): DecisionCounts {
    const { total, denied, remote, unavailable, stale, totalMs } = this;
    return {
      total,
      denied,
      local: total - remote,
      remote,
      unavailable,
      stale,
      averageMs: total === 0 ? 0 : totalMs / total,
    };
  }

  /** The decision. @throws InvalidInputError for a question the platform would refuse */
  check(question: PermissionQuestion): Promise<Decision> {
    const startedAt = this.options.clock.monotonic();
    try {
      const addressed = this.addressed(question);
      const decision = this.options.local.make(addressed);
      if (decision) return Promise.resolve(this.settled(addressed, decision, startedAt));
      return this.ask(addressed).then((answer) => this.counted(answer, startedAt, true));
    } catch (error) {
      return Promise.reject(error instanceof Error ? error : new Error(String(error)));
    }
  }

  /** The decision as far as it can be made in memory: no I/O, no waiting. Never throws: everything else is a denial. */
  checkLocally(question: PermissionQuestion): Decision {
    const startedAt = this.options.clock.monotonic();
    try {
      const addressed = this.addressed(question);
      const decision = this.options.local.make(addressed);
      return this.settled(addressed, decision ?? unavailable('local', 'only the platform can decide this'), startedAt);
    } catch (error) {
      return this.counted(unavailable('local', messageOf(error)), startedAt, false);
    }
  }

  /** @throws InvalidInputError */
  private addressed(question: PermissionQuestion): AddressedQuestion {
    const { agentId, complete } = this.options;
    const addressed = { ...question, agentId: question.agentId === undefined ? agentId : complete(question.agentId) };
    if (!isOrdinary(addressed)) refuseInvalid(addressed);
    return addressed;
  }

  private settled(question: AddressedQuestion, decision: Decision, startedAt: number): Decision {
    const { recorder, clock } = this.options;
    recorder.record(question, decision, clock.now());
    return this.counted(decision, startedAt, false);
  }

  private counted(decision: Decision, startedAt: number, isRemote: boolean): Decision {
    this.total += 1;
    this.totalMs += this.options.clock.monotonic() - startedAt;
    if (isRemote) this.remote += 1;
    if (!decision.allowed) this.denied += 1;
    if (decision.stale) {
      this.stale += 1;
      this.log.warn({ allowed: decision.allowed, reason: decision.reason }, 'decided by stale policies');
    }
    if (decision.unavailable) {
      this.unavailable += 1;
      this.log.warn({ reason: decision.reason, decided_by: decision.decidedBy }, 'denied for want of a decision');
    }
    return decision;
  }

  /** One after the other. All of them share the time there is: one that is away must not use it up. */
  private async ask(question: AddressedQuestion): Promise<Decision> {
    const { remote, clock } = this.options;
    const until = clock.monotonic() + (question.timeoutMs ?? CHECK_TIMEOUT_MS);
    const traceparent = traceparentOf(this.options.traceparent);
    let last = unavailable('local', 'only the platform can decide this, and there is no way to ask it');
    for (const [index, one] of remote.entries()) {
      const timeoutMs = Math.floor((until - clock.monotonic()) / (remote.length - index));
      if (timeoutMs < 1) break;
      try {
        const decision = await one.check({ ...question, timeoutMs }, traceparent);
        if (!decision.unavailable) return decision;
        last = decision;
      } catch (error) {
        if (InvalidInputError.is(error)) throw error;
        last = unavailable('local', `the platform cannot be asked: ${messageOf(error)}`);
      }
    }
    return last;
  }
}

const messageOf = (error: unknown): string => (AgionError.is(error) ? error.message : 'the question cannot be read');
