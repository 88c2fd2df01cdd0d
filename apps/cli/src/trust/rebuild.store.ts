import { Outbox, WorkerPool, createPool, workerRoleOf } from '@agion/database';
import { auditEntry } from '@agion/service-kit';
import type pg from 'pg';
import { inTransaction, rowsOf } from './trust-session.store.js';

const SUMS = [
  'positive',
  'negative',
  'count',
  'verified_positive',
  'verified_count',
  'peer_negative',
  'majors',
] as const;
const KEY = 'organization_id, agent_id, fingerprint, dimension, day';

/** What the events add up to: those in the table, and those that have left it for an archive. */
const REPLAY = `
SELECT ${KEY}, ${SUMS.map((name) => `sum(${name})::bigint AS ${name}`).join(', ')}
FROM (SELECT ${KEY}, ${SUMS.join(', ')} FROM governance.trust_replay
  UNION ALL SELECT ${KEY}, ${SUMS.join(', ')} FROM governance.trust_archived_sums) AS part
GROUP BY ${KEY}`;

const list = (of: string): string => SUMS.map((name) => `coalesce(${of}.${name}, 0)`).join(', ');

/** A sum that is stored otherwise than its events say. Weights in millionths. */
export interface Difference {
  organization_id: string;
  agent_id: string;
  fingerprint: string;
  dimension: string;
  day: string;
  stored: string[];
  replayed: string[];
}

const DIFFERENCES = `
SELECT ${KEY.replace('day', 'day::text')}, ARRAY[${list('bucket')}]::text[] AS stored, ARRAY[${list('replay')}]::text[] AS replayed
FROM (${REPLAY}) AS replay FULL JOIN governance.trust_buckets bucket USING (${KEY})
WHERE (${list('bucket')}) IS DISTINCT FROM (${list('replay')})`;

/** Every difference between the stored sums and a replay of the events; in one snapshot, so that events may come in meanwhile. */
export const differences = (client: pg.PoolClient): AsyncGenerator<Difference> =>
  rowsOf<Difference & pg.QueryResultRow>(client, DIFFERENCES);

/** How much there is. */
export async function extent(client: pg.PoolClient): Promise<{ events: number; sums: number }> {
  const { rows } = await client.query<{ events: string; sums: string }>(
    `SELECT (SELECT count(*) FROM governance.trust_events) AS events, (SELECT count(*) FROM governance.trust_buckets) AS sums`,
  );
  return { events: Number(rows[0]?.events), sums: Number(rows[0]?.sums) };
}

const ASSIGNED = SUMS.map((name) => `${name} = excluded.${name}`).join(', ');
const WRITE = `
WITH replay AS MATERIALIZED (${REPLAY}),
gone AS (DELETE FROM governance.trust_buckets bucket WHERE NOT EXISTS (SELECT FROM replay
    WHERE replay.organization_id = bucket.organization_id AND replay.agent_id = bucket.agent_id
      AND replay.fingerprint = bucket.fingerprint AND replay.dimension = bucket.dimension AND replay.day = bucket.day)
  RETURNING bucket.organization_id),
mended AS (INSERT INTO governance.trust_buckets AS bucket (${KEY}, ${SUMS.join(', ')}) SELECT ${KEY}, ${SUMS.join(', ')} FROM replay
  ON CONFLICT (${KEY}) DO UPDATE SET ${ASSIGNED} WHERE (${list('bucket')}) IS DISTINCT FROM (${list('excluded')})
  RETURNING bucket.organization_id)
SELECT organization_id, count(*)::int AS sums FROM (SELECT * FROM gone UNION ALL SELECT * FROM mended) AS changed
GROUP BY organization_id`;

/**
 * Makes the stored sums what the events say, with a fact for the audit trail of each organization. Whoever writes evidence waits
 * meanwhile. @param lenient whether an organization nobody knows the name of goes without
 * @returns how many sums were mended
 * @throws Error where it does not
 */
export async function mend(
  client: pg.PoolClient,
  url: string,
  slugs: ReadonlyMap<string, string>,
  lenient: boolean,
): Promise<number> {
  const pool = createPool({ url, role: workerRoleOf('governance'), max: 1 });
  try {
    const outbox = new Outbox('governance', new WorkerPool(pool));
    return await inTransaction(client, async () => {
      await client.query('LOCK TABLE governance.trust_buckets IN SHARE ROW EXCLUSIVE MODE');
      const { rows } = await client.query<{ organization_id: string; sums: number }>(WRITE);
      for (const { organization_id: id, sums } of rows) {
        const slug = slugs.get(id);
        if (slug === undefined && lenient) continue;
        if (slug === undefined)
          throw new Error(
            `nobody tells how the organization \`${id}\` is called, so that its trail could: use a login that may act as the registry too`,
          );
        const organization = { id, slug };
        await outbox.append(
          client,
          auditEntry({
            type: 'trust.rebuilt',
            actor: { kind: 'service', subject: 'agion-cli', organization, role: null, groups: [] },
            subject: { kind: 'organization', id: slug },
            outcome: 'succeeded',
            details: { sums },
          }),
        );
      }
      return rows.reduce((total, { sums }) => total + sums, 0);
    });
  } finally {
    await pool.end();
  }
}
