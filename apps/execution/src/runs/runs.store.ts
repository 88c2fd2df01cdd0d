import { OrganizationScope, WorkerPool } from '@agion/database';
import { Injectable } from '@nestjs/common';
import type { RunStatus } from '@agion/wire';
import type { Run } from './run.js';
import type { Failure } from './turn.js';

export interface NewRun extends Pick<Run, 'id' | 'threadId' | 'owner' | 'messages'> {
  organizationId: string;
  executor: string;
}

/** Names a run across organizations. */
export interface RunKey {
  organizationId: string;
  id: string;
}

/** How a run ended. */
export interface Outcome {
  status: Extract<RunStatus, 'succeeded' | 'failed' | 'interrupted'>;
  answer: string | null;
  error: Failure | null;
}

/** A place in the list of runs, newest first. */
export interface RunPosition {
  createdAt: string;
  id: string;
}

interface RunRow extends Omit<Run, 'messages'> {
  input: { messages: Run['messages'] };
}

/** Seconds a run's executor may be silent before the run is taken from it. */
export const LEASE_SECONDS = 15;

const COLUMNS = `id, thread_id AS "threadId", owner, status, input, answer, error, created_at AS "createdAt", started_at AS "startedAt", finished_at AS "finishedAt"`;
const UNFINISHED = `status IN ('queued', 'running')`;
const LEASE_END = `now() + make_interval(secs => ${LEASE_SECONDS})`;

@Injectable()
export class RunsStore {
  constructor(
    private readonly scope: OrganizationScope,
    private readonly worker: WorkerPool,
  ) {}

  /** How many runs are kept. */
  async count(organizationId: string): Promise<number> {
    const [row] = await this.scope.query<{ count: number }>(organizationId, {
      name: 'runs_count',
      text: 'SELECT count(*)::int AS count FROM execution.runs WHERE organization_id = $1',
      values: [organizationId],
    });
    return row?.count ?? 0;
  }

  /** @returns false when the id is taken in this organization; nothing is written then */
  async insert({ organizationId, id, threadId, owner, messages, executor }: NewRun): Promise<boolean> {
    const rows = await this.scope.query(organizationId, {
      name: 'runs_insert',
      text: `INSERT INTO execution.runs (organization_id, id, thread_id, owner, input, executor, lease_expires_at)
             VALUES ($1, $2, $3, $4, $5, $6, ${LEASE_END}) ON CONFLICT DO NOTHING RETURNING id`,
      values: [organizationId, id, threadId, owner, JSON.stringify({ messages }), executor],
    });
    return rows.length === 1;
  }

  async find(organizationId: string, id: string): Promise<Run | null> {
    const [row] = await this.scope.query<RunRow>(organizationId, {
      name: 'runs_find',
      text: `SELECT ${COLUMNS} FROM execution.runs WHERE organization_id = $1 AND id = $2`,
      values: [organizationId, id],
    });
    return row ? toRun(row) : null;
  }

  /** An owner's runs, newest first, after a position. */
  async list(organizationId: string, owner: string, limit: number, after: RunPosition | null): Promise<Run[]> {
    const rows = await this.scope.query<RunRow>(organizationId, {
      name: after ? 'runs_list_after' : 'runs_list',
      text: `SELECT ${COLUMNS} FROM execution.runs WHERE organization_id = $1 AND owner = $2
             ${after ? 'AND (created_at, id) < ($4::timestamptz, $5)' : ''} ORDER BY created_at DESC, id DESC LIMIT $3`,
      values: [organizationId, owner, limit, ...(after ? [after.createdAt, after.id] : [])],
    });
    return rows.map(toRun);
  }

  /** The work begins. @returns false when the run is not this executor's any more */
  async begin({ organizationId, id }: RunKey, executor: string): Promise<boolean> {
    const rows = await this.scope.query(organizationId, {
      name: 'runs_begin',
      text: `UPDATE execution.runs SET status = 'running', started_at = now(), lease_expires_at = ${LEASE_END}
             WHERE organization_id = $1 AND id = $2 AND executor = $3 AND status = 'queued' RETURNING id`,
      values: [organizationId, id, executor],
    });
    return rows.length === 1;
  }

  /** The work is over. @returns false when the run was cancelled or taken away meanwhile: its end is told by who did that */
  async finish({ organizationId, id }: RunKey, executor: string, { status, answer, error }: Outcome): Promise<boolean> {
    const rows = await this.scope.query(organizationId, {
      name: 'runs_finish',
      text: `UPDATE execution.runs SET status = $4, answer = $5, error = $6, finished_at = now(), lease_expires_at = NULL
             WHERE organization_id = $1 AND id = $2 AND executor = $3 AND ${UNFINISHED} RETURNING id`,
      values: [organizationId, id, executor, status, answer, error && JSON.stringify(error)],
    });
    return rows.length === 1;
  }

  /** @returns false when the run was over already */
  async cancel({ organizationId, id }: RunKey, error: Failure): Promise<boolean> {
    const rows = await this.scope.query(organizationId, {
      name: 'runs_cancel',
      text: `UPDATE execution.runs SET status = 'cancelled', error = $3, finished_at = now(), lease_expires_at = NULL
             WHERE organization_id = $1 AND id = $2 AND ${UNFINISHED} RETURNING id`,
      values: [organizationId, id, JSON.stringify(error)],
    });
    return rows.length === 1;
  }

  /** Says that this executor lives. @returns the runs that are still its own */
  renew(executor: string): Promise<RunKey[]> {
    return this.worker.query<RunKey & Record<string, unknown>>({
      name: 'runs_renew',
      text: `UPDATE execution.runs SET lease_expires_at = ${LEASE_END} WHERE ${UNFINISHED} AND executor = $1
             RETURNING organization_id AS "organizationId", id`,
      values: [executor],
    });
  }

  /**
   * Takes runs from executors that fell silent. Several replicas may reap at once: each run goes to one of them.
   * @param organizationIds whose runs; those of an organization whose feeds cannot be named yet wait
   */
  interruptAbandoned(organizationIds: readonly string[], error: Failure): Promise<RunKey[]> {
    return this.worker.query<RunKey & Record<string, unknown>>({
      name: 'runs_interrupt_abandoned',
      text: `UPDATE execution.runs SET status = 'interrupted', error = $2, finished_at = now(), lease_expires_at = NULL
             WHERE ${UNFINISHED} AND lease_expires_at < now() AND organization_id = ANY($1::uuid[])
             RETURNING organization_id AS "organizationId", id`,
      values: [organizationIds, JSON.stringify(error)],
    });
  }

  /** Removes runs that have been over for longer. @returns how many, at most the limit */
  async removeFinished(days: number, limit: number): Promise<number> {
    const rows = await this.worker.query({
      name: 'runs_remove_finished',
      text: `DELETE FROM execution.runs WHERE (organization_id, id) IN (
        SELECT organization_id, id FROM execution.runs WHERE finished_at < now() - make_interval(days => $1::int)
        ORDER BY finished_at LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING id`,
      values: [days, limit],
    });
    return rows.length;
  }
}

const toRun = ({ input, ...row }: RunRow): Run => ({ ...row, messages: input.messages });
