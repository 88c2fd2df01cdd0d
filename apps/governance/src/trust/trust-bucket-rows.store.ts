import type pg from 'pg';
import { plainArray, textArray } from './array-literal.js';
import { FINGERPRINT_CEILINGS } from './trust-ceiling-rows.store.js';
import type { TrustEvidence } from './trust-evidence.js';
import { added, bucketOf, type TrustBucket } from './trust-weight.js';

/**
 * Only a bucket that was not there can be of a build the agent has no evidence of: a row that was updated has an `xmax`. What the
 * statement itself writes it does not see, so builds are compared with the evidence before this.
 */
const UPSERT_BUCKETS = `
WITH written AS (
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
    majors = bucket.majors + excluded.majors
  RETURNING organization_id, agent_id, fingerprint, bucket.xmax = 0 AS is_new),
build AS (
  SELECT DISTINCT organization_id, agent_id, substring(agent_id FROM '^([^:]*):') AS container_id, fingerprint
  FROM written WHERE is_new)
${FINGERPRINT_CEILINGS}`;

interface KeyedBucket {
  evidence: TrustEvidence;
  bucket: TrustBucket;
}

/** Adds evidence to its buckets, and caps agents whose evidence so far is of other builds only. */
export async function upsertBuckets(client: pg.PoolClient, evidence: readonly TrustEvidence[]): Promise<void> {
  const keyed = sumsOf(evidence);
  const keys = keyed.map(({ evidence: first }) => first);
  const buckets = keyed.map(({ bucket }) => bucket);
  await client.query({
    name: 'upsert_trust_bucket_rows',
    text: UPSERT_BUCKETS,
    values: [
      plainArray(keys.map(({ organizationId }) => organizationId)),
      textArray(keys.map(({ agentId }) => agentId)),
      textArray(keys.map(({ fingerprint }) => fingerprint)),
      plainArray(buckets.map(({ dimension }) => dimension)),
      plainArray(buckets.map(({ day }) => day)),
      plainArray(buckets.map(({ positive }) => positive)),
      plainArray(buckets.map(({ negative }) => negative)),
      plainArray(buckets.map(({ count }) => count)),
      plainArray(buckets.map(({ verifiedPositive }) => verifiedPositive)),
      plainArray(buckets.map(({ verifiedCount }) => verifiedCount)),
      plainArray(buckets.map(({ peerNegative }) => peerNegative)),
      plainArray(buckets.map(({ majors }) => majors)),
    ],
  });
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
