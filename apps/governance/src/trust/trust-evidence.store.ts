import { WorkerPool } from '@agion/database';
import { Injectable } from '@nestjs/common';
import type pg from 'pg';
import { insertAuditEvents } from '../audit/audit-rows.store.js';
import { insertViolations } from '../violations/violation-rows.store.js';
import { plainArray, textArray } from './array-literal.js';
import { firstOfEach } from './first-of-each.js';
import { insertCriticalCeilings, insertFingerprintCeilings } from './trust-ceiling-rows.store.js';
import { isVerified, type TrustEvidence } from './trust-evidence.js';
import { monthOf } from './trust-month.js';
import { added, bucketOf, weightOf, type TrustBucket } from './trust-weight.js';
import { ceilingFactOf, reviewOf } from './trust-review.js';

/** In the order of the key: two writers of the same events never wait for each other in a circle. */
const INSERT_EVENTS = `
INSERT INTO governance.trust_events (organization_id, event_id, month, agent_id, event_type, severity, impact, dimension, weight,
  sign, source, reporter, fingerprint, context, at)
SELECT organization_id, event_id, month, agent_id, event_type, severity, impact, dimension, weight, sign, source, reporter,
  fingerprint, nullif(context, 'null'), at
FROM ROWS FROM (unnest($1::uuid[], $2::text[], $3::date[], $4::text[], $5::text[], $6::text[], $7::float8[], $8::text[],
    $9::bigint[], $10::smallint[], $11::text[], $12::text[], $13::text[], $14::timestamptz[]), jsonb_array_elements($15::jsonb))
  AS event (organization_id, event_id, month, agent_id, event_type, severity, impact, dimension, weight, sign, source, reporter,
  fingerprint, at, context)
ORDER BY 1, 2
ON CONFLICT (organization_id, event_id, month) DO NOTHING
RETURNING organization_id, event_id`;

const UPSERT_BUCKETS = `
INSERT INTO governance.trust_buckets AS bucket (organization_id, agent_id, fingerprint, dimension, day, positive, negative,
  count, verified_positive, verified_count, peer_negative, majors)
SELECT organization_id, agent_id, fingerprint, dimension, DATE '1970-01-01' + day, positive, negative, count,
  verified_positive, verified_count, peer_negative, majors
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::int[], $6::bigint[], $7::bigint[], $8::int[], $9::bigint[],
  $10::int[], $11::bigint[], $12::int[]) AS added (organization_id, agent_id, fingerprint, dimension, day, positive, negative,
  count, verified_positive, verified_count, peer_negative, majors)
ORDER BY 1, 2, 3, 4, 5
ON CONFLICT (organization_id, agent_id, fingerprint, dimension, day) DO UPDATE SET
  positive = bucket.positive + excluded.positive,
  negative = bucket.negative + excluded.negative,
  count = bucket.count + excluded.count,
  verified_positive = bucket.verified_positive + excluded.verified_positive,
  verified_count = bucket.verified_count + excluded.verified_count,
  peer_negative = bucket.peer_negative + excluded.peer_negative,
  majors = bucket.majors + excluded.majors`;

interface KeyedBucket {
  evidence: TrustEvidence;
  bucket: TrustBucket;
}

/**
 * Writes evidence in the transaction of what it follows from: event rows once per `event_id`, buckets and ceilings from those that
 * are new, one statement for each table. After the commit tell `TrustScores.changed`.
 * @returns the event ids that were not known before
 */
export async function insertEvidence(
  client: pg.PoolClient,
  rows: readonly TrustEvidence[],
): Promise<{ inserted: string[] }> {
  const fresh = await insertEvents(client, rows);
  if (fresh.length === 0) return { inserted: [] };
  const sums = sumsOf(fresh);
  await insertFingerprintCeilings(
    client,
    sums.map(({ evidence }) => evidence),
  );
  await upsertBuckets(client, sums);
  const critical = fresh.filter(({ severity }) => severity === 'critical');
  const proven = critical.filter(({ source }) => isVerified(source));
  await insertCriticalCeilings(client, proven);
  if (proven.length > 0) await insertAuditEvents(client, proven.map(ceilingFactOf));
  await insertViolations(client, critical.filter(({ source }) => !isVerified(source)).map(reviewOf));
  return { inserted: fresh.map(({ eventId }) => eventId) };
}

const keyOf = (organizationId: string, eventId: string): string => `${organizationId} ${eventId}`;

async function insertEvents(client: pg.PoolClient, rows: readonly TrustEvidence[]): Promise<TrustEvidence[]> {
  const unique = firstOfEach(rows, ({ organizationId, eventId }) => keyOf(organizationId, eventId));
  if (unique.length === 0) return [];
  const { rows: inserted } = await client.query<{ organization_id: string; event_id: string }>({
    name: 'insert_trust_events',
    text: INSERT_EVENTS,
    values: [
      plainArray(unique.map(({ organizationId }) => organizationId)),
      textArray(unique.map(({ eventId }) => eventId)),
      plainArray(unique.map(monthOf)),
      textArray(unique.map(({ agentId }) => agentId)),
      textArray(unique.map(({ eventType }) => eventType)),
      plainArray(unique.map(({ severity }) => severity)),
      plainArray(unique.map(({ impact }) => impact)),
      plainArray(unique.map(({ dimension }) => dimension)),
      plainArray(unique.map(weightOf)),
      plainArray(unique.map(({ sign = 1 }) => sign)),
      plainArray(unique.map(({ source }) => source)),
      textArray(unique.map(({ reporter }) => reporter)),
      textArray(unique.map(({ fingerprint }) => fingerprint)),
      plainArray(unique.map(({ at }) => at.toISOString())),
      JSON.stringify(unique.map(({ context }) => context)),
    ],
  });
  const fresh = new Set(inserted.map(({ organization_id: id, event_id: eventId }) => keyOf(id, eventId)));
  return unique.filter(({ organizationId, eventId }) => fresh.has(keyOf(organizationId, eventId)));
}

/** What evidence adds to each bucket, with the first that adds to it. */
function sumsOf(fresh: readonly TrustEvidence[]): KeyedBucket[] {
  const sums = new Map<string, KeyedBucket>();
  for (const evidence of fresh) {
    const bucket = bucketOf(evidence);
    const { organizationId, agentId, fingerprint } = evidence;
    const key = `${organizationId} ${agentId} ${fingerprint} ${bucket.dimension} ${bucket.day}`;
    const sum = sums.get(key);
    sums.set(key, { evidence, bucket: sum ? added(sum.bucket, bucket) : bucket });
  }
  return [...sums.values()];
}

async function upsertBuckets(client: pg.PoolClient, keyed: readonly KeyedBucket[]): Promise<void> {
  const buckets = keyed.map(({ bucket }) => bucket);
  await client.query({
    name: 'upsert_trust_buckets',
    text: UPSERT_BUCKETS,
    values: [
      keyed.map(({ evidence }) => evidence.organizationId),
      keyed.map(({ evidence }) => evidence.agentId),
      keyed.map(({ evidence }) => evidence.fingerprint),
      buckets.map(({ dimension }) => dimension),
      buckets.map(({ day }) => day),
      buckets.map(({ positive }) => positive),
      buckets.map(({ negative }) => negative),
      buckets.map(({ count }) => count),
      buckets.map(({ verifiedPositive }) => verifiedPositive),
      buckets.map(({ verifiedCount }) => verifiedCount),
      buckets.map(({ peerNegative }) => peerNegative),
      buckets.map(({ majors }) => majors),
    ],
  });
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
