import { RUN_ID_PATTERN } from '@agion/dto';
import { LOGGER } from '@agion/service-kit';
import { Inject, Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { hasRole, isRunOver, ownerOf, type Principal } from '@agion/wire';
import type { Logger } from 'pino';
import { v7 as uuidv7 } from 'uuid';
import { ExecutionSettings } from '../execution.config.js';
import type { LlmMessage } from '../llm/llm.port.js';
import { ActiveTurns, CANCELLED } from './active-turns.js';
import type { Run } from './run.js';
import { RunEventsFeed } from './run-events.feed.js';
import { RunLeases } from './run-leases.service.js';
import {
  NothingAskedError,
  RunIdTakenError,
  RunNotFoundError,
  StoppingError,
  TooManyRunsError,
} from './runs.errors.js';
import { RunsStore, type RunPosition } from './runs.store.js';
import { TurnQueue, type Seat } from './turn-queue.js';
import { TurnRunner } from './turn-runner.service.js';

/** What a caller asks for. Ids that are absent are made. */
export interface RunRequest {
  runId?: string | undefined;
  threadId?: string | undefined;
  /** The conversation, the question last. */
  messages: readonly LlmMessage[];
}

export type AcceptedRun = Pick<Run, 'id' | 'threadId' | 'status'>;

/** Milliseconds that stopped turns get to write down how they ended. */
const FAREWELL_MS = 3_000;

/** Runs as callers see them. Their work goes on in this process after the answer. */
@Injectable()
export class RunsService implements BeforeApplicationShutdown {
  private readonly queue: TurnQueue;
  private stopping = false;

  constructor(
    private readonly store: RunsStore,
    private readonly runner: TurnRunner,
    private readonly turns: ActiveTurns,
    private readonly feed: RunEventsFeed,
    private readonly leases: RunLeases,
    private readonly settings: ExecutionSettings,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.queue = new TurnQueue(settings.runConcurrency, settings.runQueue);
  }

  /**
   * Accepts a run; its row is committed when this returns. An id that the caller used before gives that run, never a second turn.
   * @throws RunIdTakenError, NothingAskedError, TooManyRunsError, StoppingError
   */
  async start(caller: Principal, request: RunRequest): Promise<AcceptedRun> {
    if (!request.messages.some(({ role }) => role === 'user')) throw new NothingAskedError();
    const seat = this.stopping ? null : this.queue.reserve();
    try {
      if (seat) return (await this.accept(caller, request, seat)) ?? (await this.earlier(caller, request));
      return await this.earlier(caller, request);
    } finally {
      seat?.release();
    }
  }

  /** @throws RunNotFoundError also for a run of others, unless the caller is an operator and may see all */
  async get(caller: Principal, runId: string, ownOnly = false): Promise<Run> {
    const run = RUN_ID_PATTERN.test(runId) ? await this.store.find(caller.organization.id, runId) : null;
    const visible = run && (run.owner === ownerOf(caller) || (!ownOnly && hasRole(caller, 'operator')));
    if (!visible) throw new RunNotFoundError(runId);
    return run;
  }

  /** The caller's own runs, newest first. */
  list(caller: Principal, limit: number, after: RunPosition | null): Promise<Run[]> {
    return this.store.list(caller.organization.id, ownerOf(caller), limit, after);
  }

  /** Ends a run early; one that is over stays as it is. @returns the run afterwards */
  async cancel(caller: Principal, runId: string): Promise<Run> {
    const run = await this.get(caller, runId);
    const key = { organizationId: caller.organization.id, id: run.id };
    if (isRunOver(run.status) || !(await this.store.cancel(key, CANCELLED))) return this.get(caller, runId);
    this.turns.stop(key, CANCELLED); // another replica notices when it renews its leases
    // The row is the truth and is committed; followers who miss this event find out from it.
    this.feed
      .append(caller.organization.slug, run.id, { kind: 'run.failed', ...CANCELLED })
      .catch((error: unknown) =>
        this.logger.error({ err: error, run_id: run.id }, 'the end of a run could not be told'),
      );
    return this.get(caller, runId);
  }

  /** Lets turns finish for a while, then ends them as interrupted. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopping = true;
    await within(this.settings.runStopSeconds * 1_000, this.queue.whenIdle());
    this.turns.close();
    await within(FAREWELL_MS, this.queue.whenIdle());
    this.leases.stop();
  }

  /** @returns `null` when the id is taken */
  private async accept(caller: Principal, request: RunRequest, seat: Seat): Promise<AcceptedRun | null> {
    const { organization } = caller;
    const { runId = uuidv7(), threadId = uuidv7(), messages } = request;
    const { executor } = this.turns;
    const row = { organizationId: organization.id, id: runId, threadId, owner: ownerOf(caller), messages, executor };
    if (!(await this.store.insert(row))) return null;
    const signal = this.turns.add(row);
    seat.run(() =>
      this.runner.run({ organization, runId, threadId, messages }, signal).finally(() => this.turns.remove(row)),
    );
    return { id: runId, threadId, status: 'queued' };
  }

  /** The run an id was used for before, or why there is none. */
  private async earlier(caller: Principal, { runId }: RunRequest): Promise<AcceptedRun> {
    const run = runId === undefined ? null : await this.store.find(caller.organization.id, runId);
    if (run?.owner === ownerOf(caller)) return run;
    if (run) throw new RunIdTakenError(run.id);
    throw this.stopping ? new StoppingError() : new TooManyRunsError();
  }
}

async function within(ms: number, promise: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([promise, new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)))]);
  clearTimeout(timer);
}
