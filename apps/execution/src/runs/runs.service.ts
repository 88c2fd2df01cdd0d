import { isDeepStrictEqual } from 'node:util';
import { RUN_ID_PATTERN } from '@agion/dto';
import { DomainError, LOGGER, OrganizationDirectory, QuotaExceededError } from '@agion/service-kit';
import { Inject, Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { hasRole, isRunOver, ownerOf, type Organization, type Principal } from '@agion/wire';
import type { Logger } from 'pino';
import { v7 as uuidv7 } from 'uuid';
import { ExecutionSettings } from '../execution.config.js';
import type { LlmMessage } from '../llm/llm.port.js';
import { ActiveTurns, CANCELLED } from './active-turns.js';
import { idsOfKey } from './keyed-run.js';
import type { Run } from './run.js';
import { RunEventsFeed } from './run-events.feed.js';
import { RunLeases } from './run-leases.service.js';
import {
  KeyReusedError,
  NothingAskedError,
  refusalError,
  RunIdTakenError,
  RunNotFoundError,
  StoppingError,
} from './runs.errors.js';
import { RunsStore, type RunPosition } from './runs.store.js';
import { TurnQueue, type Seat } from './turn-queue.js';
import { TurnRunner } from './turn-runner.service.js';

/** What a caller asks for. Ids that are absent are made. */
export interface RunRequest {
  runId?: string | undefined;
  threadId?: string | undefined;
  /** Idempotency-Key: stands for a run id where none is given. */
  key?: string | undefined;
  /** The conversation, the question last. */
  messages: readonly LlmMessage[];
}

export interface AcceptedRun extends Pick<Run, 'id' | 'threadId' | 'status'> {
  /** The same request has started it before. */
  readonly repeated: boolean;
}

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
    private readonly directory: OrganizationDirectory,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    const { runConcurrency: concurrency, runQueue: places, runCallerLimit: perCaller, runOrganizationLimit } = settings;
    this.queue = new TurnQueue({ concurrency, places, perCaller, perOrganization: runOrganizationLimit });
  }

  /**
   * Accepts a run; its row is committed when this returns. An id or a key that the caller used for the same request before gives
   * that run, never a second turn.
   * @throws RunIdTakenError, KeyReusedError, NothingAskedError, StoppingError, and what `refusalError` says
   */
  async start(caller: Principal, asked: RunRequest): Promise<AcceptedRun> {
    if (!asked.messages.some(({ role }) => role === 'user')) throw new NothingAskedError();
    const request = identified(caller, asked);
    const seat = this.stopping ? new StoppingError() : this.seatFor(caller);
    if (seat instanceof DomainError) return this.earlier(caller, request, seat);
    try {
      const { runId } = request;
      return (
        (await this.accept(caller, request, seat)) ?? (await this.earlier(caller, request, new RunIdTakenError(runId)))
      );
    } finally {
      seat.release();
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

  private seatFor(caller: Principal): Seat | DomainError {
    const { id } = caller.organization;
    const seat = this.queue.reserve({ caller: `${id} ${ownerOf(caller)}`, organization: id });
    return typeof seat === 'string' ? refusalError(seat) : seat;
  }

  /** @returns `null` when the id is taken */
  private async accept(caller: Principal, request: IdentifiedRequest, seat: Seat): Promise<AcceptedRun | null> {
    const { organization } = caller;
    const { runId, threadId = uuidv7(), messages } = request;
    const { executor } = this.turns;
    const row = { organizationId: organization.id, id: runId, threadId, owner: ownerOf(caller), messages, executor };
    await this.requireWithinQuota(organization);
    if (!(await this.store.insert(row))) return null;
    const signal = this.turns.add(row);
    seat.run(() =>
      this.runner.run({ organization, runId, threadId, messages }, signal).finally(() => this.turns.remove(row)),
    );
    return { id: runId, threadId, status: 'queued', repeated: false };
  }

  /** Those who begin at the same moment may exceed it by as many. @throws QuotaExceededError */
  private async requireWithinQuota({ id, slug }: Organization): Promise<void> {
    const { runs: most } = this.directory.settingsOf(slug).quotas;
    if (most === null || (await this.store.count(id)) < most) return;
    const days = this.settings.runRetentionDays;
    throw new QuotaExceededError('runs', most, `a run is removed ${days} days after its end (RUN_RETENTION_DAYS)`);
  }

  /**
   * The run the same request started before.
   * @throws `otherwise` when there is none; RunIdTakenError or KeyReusedError when another request has used the id or the key
   */
  private async earlier(caller: Principal, request: IdentifiedRequest, otherwise: DomainError): Promise<AcceptedRun> {
    const run = await this.store.find(caller.organization.id, request.runId);
    if (!run) throw otherwise;
    if (run.owner !== ownerOf(caller)) throw new RunIdTakenError(run.id);
    if (!asksTheSame(run, request)) throw request.keyed ? new KeyReusedError() : new RunIdTakenError(run.id);
    return { ...run, repeated: true };
  }
}

/** A request whose run has a name before it is made. `keyed`: the name follows from an Idempotency-Key. */
type IdentifiedRequest = RunRequest & { runId: string; keyed: boolean };

function identified(caller: Principal, request: RunRequest): IdentifiedRequest {
  const { runId, key } = request;
  if (runId !== undefined || key === undefined) return { ...request, runId: runId ?? uuidv7(), keyed: false };
  const ids = idsOfKey(caller, key);
  return { ...request, runId: ids.runId, threadId: request.threadId ?? ids.threadId, keyed: true };
}

const asksTheSame = (run: Run, { threadId, messages }: RunRequest): boolean =>
  (threadId === undefined || threadId === run.threadId) && isDeepStrictEqual(run.messages, messages);

async function within(ms: number, promise: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([promise, new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)))]);
  clearTimeout(timer);
}
