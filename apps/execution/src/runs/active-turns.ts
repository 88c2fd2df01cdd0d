import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { Injectable } from '@nestjs/common';
import { RUN_FAILURES } from '@agion/wire';
import type { RunKey } from './runs.store.js';
import type { Failure } from './turn.js';

/** Why a turn was stopped from outside. */
export class TurnStopped extends Error {
  constructor(readonly failure: Failure) {
    super(failure.message);
    this.name = 'TurnStopped';
  }
}

export const INTERRUPTED: Failure = {
  code: RUN_FAILURES.interrupted,
  message: 'the process that worked on the run has ended; ask again',
};

export const CANCELLED: Failure = { code: RUN_FAILURES.cancelled, message: 'the run was cancelled' };

/** The turns this process holds, waiting or working, and the name it holds them under. */
@Injectable()
export class ActiveTurns {
  /** Never the same twice: after a restart, the runs of the life before are nobody's. */
  readonly executor = `${hostname()}:${process.pid}:${randomUUID()}`;
  private readonly turns = new Map<string, { key: RunKey; controller: AbortController }>();
  private closed: TurnStopped | undefined;

  /** Holds a turn from now on. The signal says when to stop, with a TurnStopped as its reason. */
  add(key: RunKey): AbortSignal {
    const controller = new AbortController();
    if (this.closed) controller.abort(this.closed);
    this.turns.set(nameOf(key), { key, controller });
    return controller.signal;
  }

  remove(key: RunKey): void {
    this.turns.delete(nameOf(key));
  }

  stop(key: RunKey, failure: Failure): void {
    this.turns.get(nameOf(key))?.controller.abort(new TurnStopped(failure));
  }

  keys(): RunKey[] {
    return [...this.turns.values()].map(({ key }) => key);
  }

  /** Stops those of `held` that are not among `own`: they were cancelled elsewhere, or taken away. */
  stopLost(held: readonly RunKey[], own: readonly RunKey[]): void {
    const kept = new Set(own.map(nameOf));
    for (const key of held) if (!kept.has(nameOf(key))) this.stop(key, INTERRUPTED);
  }

  /** Stops all there are. */
  stopAll(): void {
    for (const { controller } of this.turns.values()) controller.abort(new TurnStopped(INTERRUPTED));
  }

  /** Stops all there are and any that come. */
  close(): void {
    this.closed = new TurnStopped(INTERRUPTED);
    this.stopAll();
  }
}

const nameOf = ({ organizationId, id }: RunKey): string => `${organizationId} ${id}`;
