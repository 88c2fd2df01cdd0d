import { pseudonymKey } from '@agion/database';
import { pseudonym } from '@agion/service-kit';
import type pg from 'pg';
import { inTransaction, rowsOf } from './trust-session.store.js';

export const UNDATED = '1970-01-01';

const COLUMNS = `organization_id, event_id, month::text, agent_id, event_type, severity, impact, dimension, weight::float8 AS weight,
  sign, source, reporter, fingerprint, at, recorded_at`;
const WHICH = 'organization_id = $1 AND month = $2::date AND (month <> $3::date OR recorded_at < $4::timestamptz)';

/** A trust event as an archive holds it. */
export interface ArchivedEvent extends pg.QueryResultRow {
  source: string;
  reporter: string | null;
}

interface ArchivedCeiling extends pg.QueryResultRow {
  cleared_by: string | null;
}

/** What leaves together: a month of an organization, or its undated events that were recorded before then. */
export interface Leaving {
  organizationId: string;
  month: string;
  before: Date;
}

/** Months there are, the undated ones first. */
export async function months(client: pg.PoolClient): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT child.relname AS name FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid
      WHERE inhparent = 'governance.trust_events'::regclass ORDER BY 1`,
  );
  const dated = rows.flatMap(({ name }) => {
    const [, year, month] = /_(\d{4})_(\d{2})$/.exec(name) ?? [];
    return year === undefined ? [] : [`${year}-${month}-01`];
  });
  return [UNDATED, ...dated];
}

/** Organizations that have events of a month, and how many. */
export async function organizationsIn(
  client: pg.PoolClient,
  month: string,
  before: Date,
): Promise<{ organizationId: string; events: number }[]> {
  const { rows } = await client.query<{ organization_id: string; events: string }>({
    text: `SELECT organization_id, count(*) AS events FROM governance.trust_events
      WHERE month = $1::date AND (month <> $2::date OR recorded_at < $3) GROUP BY 1 ORDER BY 1`,
    values: [month, UNDATED, before],
  });
  return rows.map(({ organization_id: organizationId, events }) => ({ organizationId, events: Number(events) }));
}

/** The events that leave. Whoever is a person is told by a pseudonym; what an event told besides stays behind. */
export async function* eventsOf(
  client: pg.PoolClient,
  { organizationId, month, before }: Leaving,
): AsyncGenerator<object> {
  const key = await keyOf(client, organizationId);
  const text = `SELECT ${COLUMNS} FROM governance.trust_events WHERE ${WHICH} ORDER BY event_id`;
  for await (const row of rowsOf<ArchivedEvent>(client, text, [organizationId, month, UNDATED, before]))
    yield isPerson(row) ? { ...row, reporter: standIn(key, row.reporter) } : row;
}

/** Who cleared them is told by a pseudonym, too. */
export async function* ceilingsOf(client: pg.PoolClient, organizationId: string): AsyncGenerator<object> {
  const key = await keyOf(client, organizationId);
  const text = 'SELECT * FROM governance.trust_ceilings WHERE organization_id = $1 ORDER BY id';
  for await (const row of rowsOf<ArchivedCeiling>(client, text, [organizationId]))
    yield { ...row, cleared_by: row.cleared_by && standIn(key, row.cleared_by) };
}

/** Organizations that have ceilings, also where all their events have been archived. */
export async function organizationsWithCeilings(client: pg.PoolClient): Promise<string[]> {
  const { rows } = await client.query<{ organization_id: string }>(
    'SELECT DISTINCT organization_id FROM governance.trust_ceilings ORDER BY 1',
  );
  return rows.map(({ organization_id: id }) => id);
}

const keyOf = (client: pg.PoolClient, organizationId: string): Promise<Buffer> =>
  pseudonymKey(async (one) => (await client.query<{ key: Buffer }>(one)).rows, organizationId);

/** What a service has signed may name a person as well. */
const isPerson = (row: ArchivedEvent): row is ArchivedEvent & { reporter: string } =>
  row.reporter !== null && (row.source === 'person' || row.reporter.startsWith('user:'));

/** The same for the same person. Nobody's name stays as it is. */
const standIn = (key: Buffer, person: string): string =>
  /^(person|erased):/.test(person) ? person : `person:${pseudonym(key, [person])}`;

/** Notes that a file holds them, read back and found whole. */
export async function noteArchive(
  client: pg.PoolClient,
  { organizationId, month, before }: Leaving,
  { file, sha256, rows }: { file: string; sha256: string; rows: number },
): Promise<void> {
  await client.query({
    text: `INSERT INTO governance.trust_archives (organization_id, month, recorded_before, file, sha256, events)
      VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (organization_id, month, recorded_before) DO UPDATE
      SET file = excluded.file, sha256 = excluded.sha256, events = excluded.events, verified_at = now()`,
    values: [organizationId, month, before, file, sha256, rows],
  });
}

const SUMS = ['positive', 'negative', 'count', 'verified_positive', 'verified_count', 'peer_negative', 'majors'];
const KEY = 'organization_id, month, agent_id, fingerprint, dimension, day';
const keep = (sign: '' | '-', where: string): string => `
INSERT INTO governance.trust_archived_sums AS kept (${KEY}, ${SUMS.join(', ')})
SELECT ${KEY}, ${SUMS.map((name) => `${sign}${name}`).join(', ')} FROM governance.trust_replay WHERE ${where}
ON CONFLICT (${KEY}) DO UPDATE SET ${SUMS.map((name) => `${name} = kept.${name} + excluded.${name}`).join(', ')}`;

/** Lets archived events go and keeps what they added up to, at once. The database refuses if they are not as many as were archived. */
export async function dropMonth(client: pg.PoolClient, month: string, before: Date, leaving: Leaving[]): Promise<void> {
  await inTransaction(
    client,
    async () => {
      const archived = await archivedEvents(client, month, before);
      if (month === UNDATED)
        for (const { organizationId } of leaving) await dropUndated(client, organizationId, before);
      else {
        await client.query({ text: keep('', 'month = $1::date'), values: [month] });
        await client.query({ text: 'SELECT governance.drop_trust_month($1, $2)', values: [month, archived] });
      }
      await client.query({
        text: 'UPDATE governance.trust_archives SET dropped_at = now() WHERE month = $1::date AND recorded_before = $2',
        values: [month, before],
      });
    },
    // One that comes in meanwhile is counted where a month goes, and stays where it is undated.
    month === UNDATED ? 'REPEATABLE READ' : 'READ COMMITTED',
  );
}

async function archivedEvents(
  client: pg.PoolClient,
  month: string,
  before: Date,
  organizationId: string | null = null,
): Promise<string> {
  const { rows } = await client.query<{ events: string }>({
    text: `SELECT coalesce(sum(events), 0)::bigint AS events FROM governance.trust_archives
      WHERE month = $1::date AND recorded_before = $2 AND dropped_at IS NULL AND ($3::uuid IS NULL OR organization_id = $3)`,
    values: [month, before, organizationId],
  });
  return rows[0]?.events ?? '0';
}

/** What was there before less what is there afterwards, in one snapshot: that is what has gone. */
async function dropUndated(client: pg.PoolClient, organizationId: string, before: Date): Promise<void> {
  const where = `month = DATE '${UNDATED}' AND organization_id = $1`;
  const events = await archivedEvents(client, UNDATED, before, organizationId);
  await client.query({ text: keep('', where), values: [organizationId] });
  await client.query({
    text: 'SELECT governance.drop_undated_trust_events($1, $2, $3)',
    values: [organizationId, before, events],
  });
  await client.query({ text: keep('-', where), values: [organizationId] });
}
