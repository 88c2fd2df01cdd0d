import type { DeadLetterKind, DeadLetterStatus, StreamName } from '@agion/wire';

/** An entry that could not be handled, as its stream of dead letters tells it. */
export interface NewDeadLetter {
  organizationId: string;
  /** A UUIDv7. */
  id: string;
  stream: StreamName;
  /** Its id in the stream the first time, `<ms>-<seq>`. */
  sourceId: string;
  sourceAt: Date;
  /** Whom it names, if it could be an agent. */
  agentId: string | null;
  kind: DeadLetterKind;
  error: string;
  deliveries: number;
  failedAt: Date;
  /** True when `fields` are not all there was. */
  incomplete: boolean;
  /** How often it had been put back before. */
  attempt: number;
  fields: Readonly<Record<string, string>>;
}

/** A dead letter as it is kept, without what the entry held. */
export interface DeadLetter extends Omit<NewDeadLetter, 'attempt' | 'fields'> {
  bytes: number;
  status: DeadLetterStatus;
  redrives: number;
  settledAt: Date | null;
  settledBy: string | null;
  reason: string | null;
}

/** One with what the entry held; null when that was forgotten, or sealed with a key that is not known. */
export interface WholeDeadLetter extends DeadLetter {
  fields: Readonly<Record<string, string>> | null;
}
