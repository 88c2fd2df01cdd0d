import type { TrustDimension } from '@agion/wire';

/** How much an event weighs; `negative` is `minor`. */
export type EventSeverity = 'positive' | 'neutral' | 'negative' | 'minor' | 'major' | 'critical';

/** Something that says how far an agent can be trusted. Nobody vouches for an agent's word about itself: it counts a quarter. */
export interface TrustEvent {
  /** E.g. `task_completed`. */
  eventType: string;
  severity: EventSeverity;
  /** From -1 to 1; its size counts, 0.05 is usual. */
  impact: number;
  /** Whom it speaks of; the agent of the SDK unless told. A name without `:` gets the id of the container. */
  agentId?: string;
  /** What it says something about; follows from the type unless told. */
  dimension?: TrustDimension;
  /** At most 8 KB as JSON. */
  context?: Record<string, unknown>;
  /** When it happened; now unless told. */
  at?: Date;
  /** Under which it is recorded, once: whoever tells of it again gives it the same one. A UUIDv7 unless told. */
  eventId?: string;
}

/** What somebody says about an agent's work: a rating or a thumb. */
export interface FeedbackEvent {
  /** 1 to 5. */
  rating?: number;
  /** Up counts as 4, down as 2. */
  thumb?: 'up' | 'down';
  /** At most 2000 characters. */
  comment?: string;
  /** What it is about. */
  executionId?: string;
  /** Who gave it. Believed only of those who can prove it, and not sent over HTTP: there the credentials say it. */
  userId?: string;
  agentId?: string;
  at?: Date;
  eventId?: string;
}

/** Something that happened in a mission. */
export interface MissionEvent {
  /** UUID. */
  missionId: string;
  /** E.g. `task.completed`. */
  eventType: string;
  taskId?: string;
  payload?: Record<string, unknown>;
  agentId?: string;
  at?: Date;
  eventId?: string;
}

/** How an execution ended. */
export type ExecutionStatus = 'succeeded' | 'failed' | 'cancelled' | 'timed_out';

/** How an execution ended: for the record, and for or against the agent. */
export interface ExecutionReport {
  action: string;
  status: ExecutionStatus;
  agentId?: string;
  executionId?: string;
  /** The decision that allowed it. */
  decisionId?: string;
  missionId?: string;
  taskId?: string;
  startedAt?: Date;
  durationMs?: number;
  /** What went wrong, at most 8192 characters. */
  error?: string;
  /** E.g. `{ tokens: 1200 }`. At most 8 KB as JSON, as `metrics`. */
  usage?: Record<string, unknown>;
  metrics?: Record<string, unknown>;
  /** Under which it is recorded, once. A UUIDv7 unless told. */
  reportId?: string;
}

/** How an event is published. */
export interface PublishOptions {
  /**
   * - `buffered` (default): it lies in memory until the next flush. A process that is killed loses what it has not flushed.
   * - `durable`: the promise resolves when the platform has acknowledged it.
   */
  mode?: 'buffered' | 'durable';
  /** Sent at once and before others; a critical event always is. */
  urgent?: boolean;
  /** Milliseconds a durable event waits to be acknowledged; 10 000 unless told. */
  timeoutMs?: number;
}

/** What a publisher gets back. */
export interface EventReceipt {
  /** Under which it is recorded. */
  readonly eventId: string;
  /** False when it was dropped because the buffer is full, or the SDK closed; it is counted then. */
  readonly accepted: boolean;
}
