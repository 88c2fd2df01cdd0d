import { decodeCursor, encodeCursor, parseInstant } from '@agion/dto';
import type { DecisionEffect, DecisionSource, InputFault } from '@agion/wire';
import type { DecisionOutcome } from './decision.js';

/** What a caller asks of the ledger, as text. */
export interface DecisionFilters {
  agentId?: string | undefined;
  action?: string | undefined;
  decision?: DecisionEffect | undefined;
  source?: DecisionSource | undefined;
  outcome?: DecisionOutcome | undefined;
  from?: string | undefined;
  to?: string | undefined;
  cursor?: string | undefined;
  limit: number;
}

/** A place in the ledger, which is ordered by time and, within a millisecond, by id. */
export interface LedgerPosition {
  at: Date;
  decisionId: string;
}

/** A search as the store runs it. */
export interface DecisionSearch extends Pick<
  DecisionFilters,
  'agentId' | 'action' | 'decision' | 'source' | 'outcome'
> {
  from?: Date | undefined;
  to?: Date | undefined;
  /** Only what stands behind it: older. */
  after?: LedgerPosition | undefined;
  limit: number;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The search the filters ask for, or what is wrong with them. */
export function decisionSearch({ from, to, cursor, ...filters }: DecisionFilters): DecisionSearch | InputFault[] {
  const span = {
    from: from === undefined ? undefined : parseInstant(from),
    to: to === undefined ? undefined : parseInstant(to),
  };
  const after = cursor === undefined ? undefined : positionOf(cursor);
  const faults: InputFault[] = [];
  if (span.from === null) faults.push({ pointer: '/query/from', detail: 'must be an ISO 8601 time' });
  if (span.to === null) faults.push({ pointer: '/query/to', detail: 'must be an ISO 8601 time' });
  if (span.from && span.to && span.from >= span.to)
    faults.push({ pointer: '/query/to', detail: 'must be after `from`' });
  if (after === null) faults.push({ pointer: '/query/cursor', detail: 'must be the `next_cursor` of the page before' });
  if (faults.length > 0) return faults;
  return { ...filters, from: span.from ?? undefined, to: span.to ?? undefined, after: after ?? undefined };
}

/** The cursor of the page that begins behind this place. */
export const cursorBehind = ({ at, decisionId }: LedgerPosition): string => encodeCursor(at.toISOString(), decisionId);

function positionOf(cursor: string): LedgerPosition | null {
  const [time = '', decisionId = ''] = decodeCursor(cursor, 2) ?? [];
  const at = parseInstant(time);
  return at && UUID.test(decisionId) ? { at, decisionId } : null;
}
