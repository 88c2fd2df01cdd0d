import { WorkerPool } from '@agion/database';
import { Injectable } from '@nestjs/common';
import { CRITICAL_DAYS } from './trust-ceiling.js';

/** When a ceiling ends by itself, or ended: null while only a person lifts it. */
export const CEILING_END = `CASE
      WHEN until IS NOT NULL THEN least(until, cleared_at)
      WHEN cleared_at IS NOT NULL THEN greatest(cleared_at, since + interval '${CRITICAL_DAYS} days') END`;

const CEILINGS = `
SELECT kind, (count(*) FILTER (WHERE ending IS NULL OR ending > now()))::int AS "inForce",
  (count(*) FILTER (WHERE ending <= now() AND ending > now() - interval '1 day'))::int AS ended
FROM (SELECT kind, ${CEILING_END} AS ending FROM governance.trust_ceilings) AS ceiling GROUP BY kind ORDER BY kind`;

/** The catalog knows the partitions: nobody reads a row of them for this. */
const MONTHS = `
SELECT to_date(right(child.relname, 7), 'YYYY_MM')::text AS month
FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid
WHERE inhparent = 'governance.trust_events'::regclass AND child.relname ~ '_[0-9]{4}_[0-9]{2}$'
  AND to_date(right(child.relname, 7), 'YYYY_MM') + interval '1 month' <= now() - make_interval(days => $1)
ORDER BY 1`;

/** What there is of trust in all organizations: for those who operate the platform. */
@Injectable()
export class TrustHoldingsStore {
  constructor(private readonly worker: WorkerPool) {}

  ceilings(): Promise<{ kind: string; inForce: number; ended: number }[]> {
    return this.worker.query<{ kind: string; inForce: number; ended: number }>({ text: CEILINGS });
  }

  /** Months of events, as their first days, that ended longer ago than so many days; the oldest first. */
  async monthsBefore(days: number): Promise<string[]> {
    const rows = await this.worker.query<{ month: string }>({ text: MONTHS, values: [days] });
    return rows.map(({ month }) => month);
  }
}
