import type { DeadLetterEntry } from '@agion/service-kit';
import type { DeadLetterStatus } from '@agion/wire';

/** An entry that could not be handled, and what it is to be known by. */
export interface NewDeadLetter extends DeadLetterEntry {
  organizationId: string;
  /** A UUIDv7. */
  id: string;
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
