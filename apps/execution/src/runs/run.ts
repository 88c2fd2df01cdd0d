import type { RunDto } from '@agion/dto';
import type { RunStatus } from '@agion/wire';
import type { LlmMessage } from '../llm/llm.port.js';
import type { Failure } from './turn.js';

/** One AG-UI turn as Postgres keeps it. */
export interface Run {
  readonly id: string;
  readonly threadId: string;
  /** Kind and subject of the principal it belongs to. */
  readonly owner: string;
  readonly status: RunStatus;
  readonly messages: readonly LlmMessage[];
  readonly answer: string | null;
  readonly error: Failure | null;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
}

/** A run as the API shows it; what was asked stays inside. */
export const toRunDto = (run: Run): RunDto => ({
  run_id: run.id,
  thread_id: run.threadId,
  status: run.status,
  owner: run.owner,
  answer: run.answer,
  error: run.error,
  created_at: run.createdAt.toISOString(),
  started_at: run.startedAt?.toISOString() ?? null,
  finished_at: run.finishedAt?.toISOString() ?? null,
});
