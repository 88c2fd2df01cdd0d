import { parseInstant, type ExplainTrustQueryDto, type TrustHistoryQueryDto } from '@agion/dto';
import { ValidationFailedError } from '@agion/service-kit';
import type { TrustEvidence } from './trust-evidence.js';
import { dimensionOf, severityOf } from './trust-mapping.js';

const DAY_MS = 86_400_000;
/** Days a history goes back unless told. */
const USUAL_DAYS = 89;
/** Days a history may go back. */
const MOST_DAYS = 3_660;

/** The event a what-if supposes; null when none is asked about. @throws ValidationFailedError when half of it is missing */
export function supposedIn(
  { event_type: eventType, severity, impact, dimension, source }: ExplainTrustQueryDto,
  organizationId: string,
  agentId: string,
  at: Date,
): TrustEvidence | null {
  if (eventType === undefined && severity === undefined) return null;
  if (eventType === undefined || severity === undefined)
    throw new ValidationFailedError([
      {
        pointer: `/query/${eventType === undefined ? 'event_type' : 'severity'}`,
        detail: 'is needed as well to say what such an event would do',
      },
    ]);
  return {
    organizationId,
    eventId: '',
    agentId,
    eventType,
    severity: severityOf(severity) ?? 'neutral',
    impact,
    dimension: dimension ?? dimensionOf(eventType),
    source,
    reporter: null,
    fingerprint: '',
    context: null,
    at,
  };
}

/** What time a history is asked about; never the future. @throws ValidationFailedError */
export function periodIn(
  { from, to, points }: TrustHistoryQueryDto,
  now: Date,
): { from: Date; to: Date; points: number } {
  const end = (to === undefined ? null : parseInstant(to)) ?? now;
  const last = end > now ? now : end;
  const first = (from === undefined ? null : parseInstant(from)) ?? new Date(last.getTime() - USUAL_DAYS * DAY_MS);
  if (first > last) throw fault('from', 'must not be after `to` or in the future');
  if (last.getTime() - first.getTime() > MOST_DAYS * DAY_MS)
    throw fault('from', `must be at most ${MOST_DAYS} days before \`to\``);
  return { from: first, to: last, points };
}

const fault = (name: string, detail: string): ValidationFailedError =>
  new ValidationFailedError([{ pointer: `/query/${name}`, detail }]);
