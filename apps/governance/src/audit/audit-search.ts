import { decodeCursor, encodeCursor, parseInstant } from '@agion/dto';
import type { InputFault } from '@agion/wire';

/** What a caller asks of the trail, as text. */
export interface AuditFilters {
  type?: string;
  actor?: string;
  subjectKind?: string;
  subjectId?: string;
  outcome?: string;
  from?: string;
  to?: string;
  cursor?: string;
  limit: number;
}

/** A place in the trail, which is ordered by time and, within a millisecond, by id. */
export interface TrailPosition {
  at: Date;
  eventId: string;
}

/** A search as the store runs it. */
export interface AuditSearch extends Pick<AuditFilters, 'type' | 'actor' | 'subjectKind' | 'subjectId' | 'outcome'> {
  from?: Date;
  to?: Date;
  /** Only what stands behind it: older. */
  after?: TrailPosition;
  limit: number;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The search the filters ask for, or what is wrong with them. */
export function auditSearch({ from, to, cursor, ...filters }: AuditFilters): AuditSearch | InputFault[] {
  const faults: InputFault[] = [];
  const span = { from: instantOf('from', from, faults), to: instantOf('to', to, faults) };
  if (span.from && span.to && span.from >= span.to)
    faults.push({ pointer: '/query/to', detail: 'must be after `from`' });
  const after = cursor === undefined ? undefined : positionOf(cursor);
  if (after === null) faults.push({ pointer: '/query/cursor', detail: 'must be the `next_cursor` of the page before' });
  if (faults.length > 0) return faults;
  return {
    ...filters,
    ...(span.from && { from: span.from }),
    ...(span.to && { to: span.to }),
    ...(after && { after }),
  };
}

/** The cursor of the page that begins behind this place. */
export const cursorAfter = ({ at, eventId }: TrailPosition): string => encodeCursor(at.toISOString(), eventId);

function positionOf(cursor: string): TrailPosition | null {
  const [time = '', eventId = ''] = decodeCursor(cursor, 2) ?? [];
  const at = parseInstant(time);
  return at && UUID.test(eventId) ? { at, eventId } : null;
}

function instantOf(name: string, text: string | undefined, faults: InputFault[]): Date | undefined {
  const instant = text === undefined ? undefined : parseInstant(text);
  if (instant === null) faults.push({ pointer: `/query/${name}`, detail: 'must be an ISO 8601 time' });
  return instant ?? undefined;
}
