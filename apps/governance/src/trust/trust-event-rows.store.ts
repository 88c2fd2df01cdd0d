import type pg from 'pg';
import { plainArray, textArray } from './array-literal.js';
import { firstOfEach } from './first-of-each.js';
import type { TrustEvidence } from './trust-evidence.js';
import { monthOf } from './trust-month.js';
import { weightOf } from './trust-weight.js';

/** What many events of a batch have in common. Each column costs Postgres as much to read as some of the writing. */
const COMMON =
  'organization_id, month, agent_id, event_type, severity, impact, dimension, weight, sign, source, reporter, fingerprint';

/**
 * What is common to several events comes once, in the order of its numbers. Events are written in the order of the key: two writers of
 * the same events never wait for each other in a circle. Those that are new come back as one list for each organization.
 */
const INSERT_EVENTS = `
WITH fresh AS (
  INSERT INTO governance.trust_events (${COMMON}, event_id, at, context)
  SELECT ${COMMON}, event_id, to_timestamp(at / 1000), nullif(context, 'null')
  FROM (SELECT unnest($13::bigint[]) AS number, unnest($14::text[]) AS event_id, unnest($15::float8[]) AS at,
      jsonb_array_elements($16::jsonb) AS context) AS event
    JOIN unnest($1::uuid[], $2::date[], $3::text[], $4::text[], $5::text[], $6::float8[], $7::text[], $8::bigint[], $9::smallint[],
      $10::text[], $11::text[], $12::text[]) WITH ORDINALITY AS common (${COMMON}, number) USING (number)
  ORDER BY organization_id, event_id
  ON CONFLICT (organization_id, event_id, month) DO NOTHING
  RETURNING organization_id, event_id)
SELECT organization_id, json_agg(event_id) AS event_ids FROM fresh GROUP BY organization_id`;

interface FreshRow {
  organization_id: string;
  event_ids: string[];
}

/** Writes event rows, once for each `event_id` of an organization. @returns the evidence that was not known before */
export async function insertEvents(client: pg.PoolClient, rows: readonly TrustEvidence[]): Promise<TrustEvidence[]> {
  const unique = firstOfEach(rows, ({ organizationId, eventId }) => `${organizationId} ${eventId}`);
  if (unique.length === 0) return [];
  const { common, numbers } = inCommon(unique);
  const { rows: inserted } = await client.query<FreshRow>({
    name: 'insert_trust_event_rows',
    text: INSERT_EVENTS,
    values: [
      plainArray(common.map(({ evidence }) => evidence.organizationId)),
      plainArray(common.map(({ month }) => month)),
      textArray(common.map(({ evidence }) => evidence.agentId)),
      textArray(common.map(({ evidence }) => evidence.eventType)),
      plainArray(common.map(({ evidence }) => evidence.severity)),
      plainArray(common.map(({ evidence }) => evidence.impact)),
      plainArray(common.map(({ evidence }) => evidence.dimension)),
      plainArray(common.map(({ evidence }) => weightOf(evidence))),
      plainArray(common.map(({ evidence: { sign = 1 } }) => sign)),
      plainArray(common.map(({ evidence }) => evidence.source)),
      textArray(common.map(({ evidence }) => evidence.reporter)),
      textArray(common.map(({ evidence }) => evidence.fingerprint)),
      plainArray(numbers),
      textArray(unique.map(({ eventId }) => eventId)),
      plainArray(unique.map(({ at }) => at.getTime())),
      JSON.stringify(unique.map(({ context }) => context)),
    ],
  });
  const fresh = new Map(inserted.map(({ organization_id: id, event_ids: eventIds }) => [id, new Set(eventIds)]));
  return unique.filter(({ organizationId, eventId }) => fresh.get(organizationId)?.has(eventId));
}

/** Evidence of each kind there is, and of each event the number of its kind, from 1. */
interface InCommon {
  common: { evidence: TrustEvidence; month: string }[];
  numbers: number[];
}

function inCommon(rows: readonly TrustEvidence[]): InCommon {
  const known = new Map<string, number>();
  const common: InCommon['common'] = [];
  const numbers = rows.map((evidence) => {
    const month = monthOf(evidence);
    const key = keyOf(evidence, month);
    const number = known.get(key) ?? common.push({ evidence, month });
    known.set(key, number);
    return number;
  });
  return { common, numbers };
}

/** The same for events that differ in their id, time and context only. No text that Postgres keeps holds U+0000. */
function keyOf(
  {
    organizationId,
    agentId,
    eventType,
    severity,
    impact,
    dimension,
    sign,
    source,
    reporter,
    fingerprint,
  }: TrustEvidence,
  month: string,
): string {
  const by = reporter === null ? '' : `=${reporter}`;
  return `${organizationId}\0${month}\0${agentId}\0${eventType}\0${severity}\0${impact}\0${dimension}\0${sign ?? 1}\0${source}\0${by}\0${fingerprint}`;
}
