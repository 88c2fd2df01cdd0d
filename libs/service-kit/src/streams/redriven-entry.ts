import { isStreamId, jsonField, MAX_KEPT_BYTES, PermanentError } from '@agion/messaging';
import { REDRIVEN } from '@agion/wire';
import { entrySigner } from '../identity/entry-signature.js';
import type { PublicKeys } from '../identity/service-keys.js';

type Fields = Readonly<Record<string, string>>;

/** An entry that was a dead letter and is back in its stream. */
export interface RedrivenEntry {
  /** The id it had the first time: its time, and its identity if it has no other, stay what they were. */
  readonly sourceId: string;
  /** How often it has been put back. */
  readonly attempt: number;
  /** Its fields as they came, so that whatever signature is among them still holds. */
  readonly fields: Fields;
}

/**
 * The most bytes an entry that is put back may have, with all that stands around it; its signature takes the rest of what is kept whole
 * when it dies again.
 */
export const MAX_REDRIVEN_BYTES = MAX_KEPT_BYTES - 256;

/** The fields under which an entry goes back to its stream. Governance has to sign them, or nobody will believe the id. */
export const redrivenFields = ({ sourceId, attempt, fields }: RedrivenEntry): Fields => ({
  [REDRIVEN]: JSON.stringify({ source_id: sourceId, attempt, fields }),
});

/**
 * The entry that governance has put back under these fields; undefined when they are an entry of their own.
 * @throws PermanentError when they say so and governance has not signed it for this very stream
 */
export function redrivenEntry(stream: string, fields: Fields, keys: PublicKeys): RedrivenEntry | undefined {
  if (!Object.hasOwn(fields, REDRIVEN)) return undefined;
  if (entrySigner(stream, fields, keys) !== 'governance')
    throw new PermanentError(`\`${REDRIVEN}\` is reserved: governance has not put this entry back into this stream`);
  const { source_id: sourceId, attempt, fields: own } = (jsonField(fields, REDRIVEN) ?? {}) as Record<string, unknown>;
  if (typeof sourceId !== 'string' || !isStreamId(sourceId) || typeof attempt !== 'number' || !isFields(own))
    throw new PermanentError(`\`${REDRIVEN}\` does not hold an entry`);
  return { sourceId, attempt, fields: own };
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && Object.values(value).every((text) => typeof text === 'string');
