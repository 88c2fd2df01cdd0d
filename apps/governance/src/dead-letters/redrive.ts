import { MAX_REDRIVEN_BYTES, redrivenFields } from '@agion/service-kit';
import { REDRIVEN, STREAMS } from '@agion/wire';
import { isOverdue } from '../decisions/deadline.js';
import type { WholeDeadLetter } from './dead-letter.js';

type Fields = Readonly<Record<string, string>>;

/** Why an entry cannot go back into its stream; null: it can. */
export function obstacleTo(letter: WholeDeadLetter, now: number): string | null {
  const { fields, incomplete, stream, sourceAt } = letter;
  if (incomplete) return 'it was too large or ambiguous to be kept as it came, and would not be the same entry';
  if (fields === null) return 'what it held is forgotten, or sealed with a key governance does not have';
  if (stream === STREAMS.governanceRequests && isOverdue(sourceAt.getTime(), saidTimeout(fields), now))
    return 'its deadline has passed: nobody waits for the answer any more';
  const bytes = Buffer.byteLength(fieldsFor(letter, fields)[REDRIVEN] ?? '');
  if (bytes > MAX_REDRIVEN_BYTES) return `put back it would have ${bytes} bytes, allowed are ${MAX_REDRIVEN_BYTES}`;
  return null;
}

/** What goes back into the stream, once governance has signed it. */
export const fieldsFor = ({ sourceId, redrives }: WholeDeadLetter, fields: Fields): Fields =>
  redrivenFields({ sourceId, attempt: redrives + 1, fields });

/** A `timeout_ms` that is none may be why it died: the usual one counts. */
const saidTimeout = ({ timeout_ms: said = '' }: Fields): string | undefined => (/^\d+$/.test(said) ? said : undefined);
