import type { EntryFields } from '@agion/messaging';
import type { StreamName } from '@agion/wire';

/** One entry on its way to a stream. Its fields hold its identity, so that it may be sent again. */
export interface OutgoingEntry {
  /** As the default organization calls it. */
  readonly stream: StreamName;
  readonly fields: EntryFields;
}

/**
 * What became of one entry:
 * - `taken`: acknowledged.
 * - `refused`: it will never be taken; trying again cannot help.
 * - `later`: not taken, or nobody knows; to be sent again with the same fields.
 */
export type AppendResult =
  | { readonly state: 'taken' }
  | { readonly state: 'refused'; readonly reason: string }
  | { readonly state: 'later'; readonly reason: string; readonly retryAfterMs?: number };

/** Where entries leave the process: Redis Streams, or `POST /api/v1/events`. */
export interface EventOutlet {
  /** One result for each entry, in their order. Never rejects. */
  append(entries: readonly OutgoingEntry[]): Promise<AppendResult[]>;
  /** Ends at once what is under way: its entries are `later`. */
  close(): Promise<void>;
}

export const TAKEN: AppendResult = Object.freeze({ state: 'taken' });
