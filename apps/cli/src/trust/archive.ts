import path from 'node:path';
import type pg from 'pg';
import { writeArchive, type Manifest } from './archive-file.js';
import {
  ceilingsOf,
  dropMonth,
  eventsOf,
  type Leaving,
  months,
  noteArchive,
  organizationsIn,
  organizationsWithCeilings,
  UNDATED,
} from './archive.store.js';

const DAY_MS = 86_400_000;
/** Ids count as dated for half a year: a month younger than this may still be written to. */
export const LEAST_DAYS = 220;

/** What was written. */
export interface Archived {
  files: Manifest[];
  /** Months whose events have left the table. */
  dropped: string[];
}

/** Archives whatever is older than so many days, and lets it go once its files are read back. */
export async function archiveOld(
  client: pg.PoolClient,
  folder: string,
  keepDays: number,
  now: Date,
): Promise<Archived> {
  const before = new Date(Math.floor(now.getTime() / DAY_MS - keepDays) * DAY_MS);
  const archived: Archived = { files: [], dropped: [] };
  for (const month of await months(client)) {
    if (month !== UNDATED && endOf(month) > before) continue;
    const leaving: Leaving[] = [];
    for (const { organizationId } of await organizationsIn(client, month, before)) {
      const one = { organizationId, month, before };
      const manifest = await writeArchive(path.join(folder, organizationId), aboutEvents(one), eventsOf(client, one));
      await noteArchive(client, one, manifest);
      archived.files.push(manifest);
      leaving.push(one);
    }
    if (month === UNDATED && leaving.length === 0) continue;
    await dropMonth(client, month, before, leaving);
    archived.dropped.push(month);
  }
  return archived;
}

/** Writes all that is in the tables, and lets nothing go: with the older archives a platform can be made again from it. */
export async function exportAll(client: pg.PoolClient, folder: string, now: Date): Promise<Archived> {
  const files: Manifest[] = [];
  for (const month of await months(client))
    for (const { organizationId } of await organizationsIn(client, month, now)) {
      const one = { organizationId, month, before: now };
      files.push(await writeArchive(path.join(folder, organizationId), aboutEvents(one), eventsOf(client, one)));
    }
  for (const organizationId of await organizationsWithCeilings(client))
    files.push(
      await writeArchive(
        path.join(folder, organizationId),
        { content: 'ceilings', organization_id: organizationId, month: null, file: 'trust-ceilings.ndjson.gz' },
        ceilingsOf(client, organizationId),
      ),
    );
  return { files, dropped: [] };
}

const aboutEvents = ({
  organizationId,
  month,
  before,
}: Leaving): Pick<Manifest, 'content' | 'organization_id' | 'month' | 'file'> => ({
  content: 'events',
  organization_id: organizationId,
  month,
  file:
    month === UNDATED
      ? `trust-events-undated-before-${before.toISOString().slice(0, 10)}.ndjson.gz`
      : `trust-events-${month.slice(0, 7)}.ndjson.gz`,
});

/** When a month is over. */
const endOf = (month: string): Date => new Date(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5, 7)), 1));
