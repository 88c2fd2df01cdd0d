import { LOGGER } from '@agion/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { endsRun, RUN_FAILURES, type Organization, type RunEvent } from '@agion/wire';
import type { Logger } from 'pino';
import { v7 as uuidv7 } from 'uuid';
import { ExecutionSettings } from '../execution.config.js';
import { LLM, LlmError, type Llm, type LlmMessage } from '../llm/llm.port.js';
import { ActiveTurns, INTERRUPTED, TurnStopped } from './active-turns.js';
import { coalesced } from './coalesced.js';
import { persistently } from './persistently.js';
import { RunEventsFeed } from './run-events.feed.js';
import { RunsStore, type Outcome } from './runs.store.js';
import { advance, newTurn, type Failure, type Turn, type TurnInput } from './turn.js';

/** Milliseconds between two pieces of an answer on the feed: 20 a second read as fluent, more only cost Redis. */
const PIECE_INTERVAL_MS = 50;
/** Milliseconds the outcome may wait for Postgres; then the lease ends and the run counts as interrupted. */
const OUTCOME_PATIENCE_MS = 10_000;

/** A run whose row is committed and whose work can begin. */
export interface TurnJob {
  organization: Organization;
  runId: string;
  threadId: string;
  messages: readonly LlmMessage[];
}

/** Works turns off: asks the model, tells the feed, keeps the outcome. */
@Injectable()
export class TurnRunner {
  constructor(
    private readonly store: RunsStore,
    private readonly feed: RunEventsFeed,
    private readonly turns: ActiveTurns,
    @Inject(LLM) private readonly llm: Llm,
    private readonly settings: ExecutionSettings,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** One turn from its beginning to its end. Never rejects. */
  async run(job: TurnJob, signal: AbortSignal): Promise<void> {
    const key = { organizationId: job.organization.id, id: job.runId };
    const log = this.logger.child({ run_id: job.runId, organization: job.organization.slug });
    const telling = new Telling(job, this.feed);
    try {
      const mine = signal.aborted || (await this.store.begin(key, this.turns.executor));
      if (!mine) return; // cancelled while it waited
      await this.work(job, telling, signal);
    } catch (error) {
      const failure = failureOf(error);
      if (failure.code === RUN_FAILURES.internal) log.error({ err: error }, 'run failed unexpectedly');
      else log.warn({ code: failure.code, cause: causeOf(error) }, 'run failed');
      await telling.hear({ kind: 'fail', failure });
    }
    try {
      const finish = (): Promise<boolean> => this.store.finish(key, this.turns.executor, outcomeOf(telling.turn));
      if (await persistently(finish, OUTCOME_PATIENCE_MS)) await telling.end();
    } catch (error) {
      log.error({ err: error }, 'the end of a run could not be kept or told');
    }
  }

  private async work({ messages }: TurnJob, telling: Telling, stopped: AbortSignal): Promise<void> {
    stopped.throwIfAborted();
    const seconds = this.settings.runTimeoutSeconds;
    const enough = new AbortController();
    const late = setTimeout(() => enough.abort(new TurnStopped(timeoutAfter(seconds))), seconds * 1_000);
    const signal = AbortSignal.any([stopped, enough.signal]);
    try {
      await telling.hear({ kind: 'begin' });
      const pieces = coalesced(this.llm.stream({ messages, signal }), { intervalMs: PIECE_INTERVAL_MS, signal });
      for await (const text of pieces) {
        await telling.hear({ kind: 'text', text });
        if (telling.turn.phase === 'over') return;
      }
      await telling.hear({ kind: 'end' });
    } finally {
      clearTimeout(late);
      enough.abort(); // nobody listens any more: the model may stop
    }
  }
}

/** A turn and how far its followers have been told of it. The last event waits until the outcome is committed. */
class Telling {
  turn: Turn;
  private seq = 0;
  private last: RunEvent | undefined;

  constructor(
    private readonly job: TurnJob,
    private readonly feed: RunEventsFeed,
  ) {
    this.turn = newTurn({ runId: job.runId, threadId: job.threadId, messageId: uuidv7() });
  }

  async hear(input: TurnInput): Promise<void> {
    const { turn, events } = advance(this.turn, input);
    for (const event of events) if (!endsRun(event)) await this.append(event);
    // Only now: a turn whose answer could not be told has not ended well.
    this.turn = turn;
    this.last = events.find(endsRun) ?? this.last;
  }

  async end(): Promise<void> {
    if (this.last) await this.append(this.last);
  }

  private async append(event: RunEvent): Promise<void> {
    await this.feed.append(this.job.organization.slug, this.job.runId, { ...event, seq: this.seq++ });
  }
}

function outcomeOf({ failure, text }: Turn): Outcome {
  if (!failure) return { status: 'succeeded', answer: text, error: null };
  const status = failure.code === INTERRUPTED.code ? 'interrupted' : 'failed';
  return { status, answer: null, error: failure };
}

function failureOf(error: unknown): Failure {
  if (error instanceof TurnStopped) return error.failure;
  if (error instanceof LlmError) return { code: error.code, message: error.message };
  return { code: RUN_FAILURES.internal, message: 'the run failed for a reason on our side' };
}

const timeoutAfter = (seconds: number): Failure => ({
  code: RUN_FAILURES.timeout,
  message: `the run took longer than ${seconds} seconds`,
});

/** The provider's own words are for the log; they may name hosts. */
const causeOf = (error: unknown): string | undefined =>
  error instanceof Error && error.cause instanceof Error ? error.cause.message : undefined;
