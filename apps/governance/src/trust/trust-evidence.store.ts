import { WorkerPool } from '@agion/database';
import { Injectable } from '@nestjs/common';
import type pg from 'pg';
import { insertAuditEvents } from '../audit/audit-rows.store.js';
import { insertViolations } from '../violations/violation-rows.store.js';
import { upsertBuckets } from './trust-bucket-rows.store.js';
import { insertCriticalCeilings } from './trust-ceiling-rows.store.js';
import { insertEvents } from './trust-event-rows.store.js';
import { isVerified, type TrustEvidence } from './trust-evidence.js';
import { ceilingFactOf, reviewOf } from './trust-review.js';

/**
 * Writes evidence in the transaction of what it follows from: event rows once per `event_id`, buckets and ceilings from those that
 * are new, in two statements where nothing is critical. After the commit tell `TrustScores.changed`.
 * @returns the event ids that were not known before
 */
export async function insertEvidence(
  client: pg.PoolClient,
  rows: readonly TrustEvidence[],
): Promise<{ inserted: string[] }> {
  const fresh = await insertEvents(client, rows);
  if (fresh.length === 0) return { inserted: [] };
  await upsertBuckets(client, fresh);
  const critical = fresh.filter(({ severity }) => severity === 'critical');
  const proven = critical.filter(({ source }) => isVerified(source));
  await insertCriticalCeilings(client, proven);
  if (proven.length > 0) await insertAuditEvents(client, proven.map(ceilingFactOf));
  await insertViolations(client, critical.filter(({ source }) => !isVerified(source)).map(reviewOf));
  return { inserted: fresh.map(({ eventId }) => eventId) };
}

/** Evidence that comes by itself, in a transaction of its own. */
@Injectable()
export class TrustEvidenceStore {
  constructor(private readonly worker: WorkerPool) {}

  /** @returns the event ids that were not known before */
  record(rows: readonly TrustEvidence[]): Promise<{ inserted: string[] }> {
    return this.worker.transaction((client) => insertEvidence(client, rows));
  }
}
