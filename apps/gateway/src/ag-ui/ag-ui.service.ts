import type { RunAcceptedDto, RunDto, RunMessageDto } from '@agion/dto';
import { ServiceClient } from '@agion/service-kit';
import { Injectable } from '@nestjs/common';
import { endsRun, isRunOver, type Principal, type RunEvent, type RunFeedEvent } from '@agion/wire';
import { formatPosition, type EventPosition } from './event-position.js';
import { missedEnd, STREAM_LOST, type LastSeen } from './missed-end.js';
import { RunEventsFeed, type FeedEvent } from './run-events.feed.js';

/** A run to be followed, from its beginning or from where a follower left it. */
export interface FollowedRun {
  readonly caller: Principal;
  readonly runId: string;
  readonly threadId: string;
  /** Where a follower left it. */
  readonly after?: { readonly entryId: string; readonly event: RunFeedEvent | null };
  /** It was over when we looked: nothing new will come, only what is left. */
  readonly over: boolean;
}

/** An event and, for those that stand in the feed, what continues after it. */
export interface PositionedEvent {
  readonly event: RunEvent;
  readonly position?: string;
}

export interface NewTurn {
  runId?: string;
  threadId: string;
  messages?: RunMessageDto[];
  userMessage?: string;
}

/** Milliseconds without an event after which execution is asked whether the run still goes on. */
const QUIET_MS = 15_000;
/** The same where the run is over and its feed is only read to its end. */
const QUIET_WHEN_OVER_MS = 1_000;
const BEGINNING = '0-0';

/** Starts and continues runs at execution, and follows what it tells about them. */
@Injectable()
export class AgUiService {
  constructor(
    private readonly client: ServiceClient,
    private readonly feed: RunEventsFeed,
  ) {}

  /** Starts a turn, or finds the one this id started before. @throws what execution answers */
  async begin(caller: Principal, turn: NewTurn, traceId: string): Promise<FollowedRun> {
    const { run_id, thread_id, status } = await this.client.call<RunAcceptedDto>('execution', {
      method: 'POST',
      path: '/v1/runs',
      principal: caller,
      traceId,
      body: { run_id: turn.runId, thread_id: turn.threadId, messages: turn.messages, user_message: turn.userMessage },
    });
    return { caller, runId: run_id, threadId: thread_id, over: isRunOver(status) };
  }

  /** Goes on with a run of the caller's own; `null` when its end was read. @throws `run-not-found` for a run of others */
  async continue(caller: Principal, { runId, entryId }: EventPosition, traceId: string): Promise<FollowedRun | null> {
    const run = await this.find(caller, runId, traceId);
    const over = isRunOver(run.status);
    if (entryId === BEGINNING) return { caller, runId, threadId: run.thread_id, over };
    const { slug } = caller.organization;
    const event = await this.feed.at(slug, runId, entryId);
    // When the whole feed has expired there is nothing after any entry either: whoever names one has read it.
    if (event ? endsRun(event) : over && (await this.feed.isDrained(slug, runId, entryId))) return null;
    return { caller, runId, threadId: run.thread_id, after: { entryId, event }, over };
  }

  /** The run's events up to its end, or until the signal. */
  async *follow({ caller, runId, after, over }: FollowedRun, signal: AbortSignal): AsyncGenerator<PositionedEvent> {
    const { slug } = caller.organization;
    const leaving = new AbortController();
    let lastId = after?.entryId ?? BEGINNING;
    let last: LastSeen = after ? (after.event ?? 'unknown') : 'nothing';
    let seq = after ? after.event?.seq : -1; // undefined: no longer known
    const entries = this.feed.follow(slug, runId, { after: lastId, signal: AbortSignal.any([signal, leaving.signal]) });
    let next: Promise<IteratorResult<FeedEvent<RunFeedEvent>>> | undefined;
    try {
      for (;;) {
        next ??= entries.next();
        const step = await within(over ? QUIET_WHEN_OVER_MS : QUIET_MS, next);
        if (signal.aborted) return;
        if (step === null) {
          const missed = await this.missed(caller, runId, lastId, last);
          for (const event of missed) yield { event };
          if (missed.length > 0) return;
          continue;
        }
        next = undefined;
        if (step.done) return;
        const { id, event } = step.value;
        lastId = id;
        if (event.seq !== undefined && seq !== undefined) {
          if (event.seq <= seq) continue; // appended twice: the first time only the answer was lost
          if (event.seq > seq + 1) {
            yield { event: STREAM_LOST }; // Redis came back without what was between
            return;
          }
        }
        seq = event.seq ?? seq;
        last = event;
        yield { event, position: formatPosition({ runId, entryId: id }) };
        if (endsRun(event)) return;
      }
    } finally {
      leaving.abort();
      next?.catch(() => undefined);
    }
  }

  /** The end that never came; nothing when the run goes on, when the feed has more, or when nobody can tell. */
  private async missed(caller: Principal, runId: string, lastId: string, last: LastSeen): Promise<RunEvent[]> {
    try {
      const run = await this.find(caller, runId);
      const gone = isRunOver(run.status) && (await this.feed.isDrained(caller.organization.slug, runId, lastId));
      return gone ? missedEnd(run, last) : [];
    } catch {
      return [];
    }
  }

  private find(caller: Principal, runId: string, traceId?: string): Promise<RunDto> {
    const path = `/v1/runs/${encodeURIComponent(runId)}?own=true`;
    return this.client.call<RunDto>('execution', {
      path,
      principal: caller,
      ...(traceId !== undefined && { traceId }),
    });
  }
}

/** What the promise gives, or `null` after so many milliseconds. */
async function within<Result>(ms: number, promise: Promise<Result>): Promise<Result | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => (timer = setTimeout(() => resolve(null), ms)));
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
