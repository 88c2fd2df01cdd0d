import type { TrustEvidence } from '../src/trust/trust-evidence.js';
import { added, bucketOf, type TrustBucket } from '../src/trust/trust-weight.js';

/** As the table keeps them: one for each build, dimension and day. */
export function stored(events: readonly TrustEvidence[]): TrustBucket[] {
  const buckets = new Map<string, TrustBucket>();
  for (const one of events) {
    const bucket = bucketOf(one);
    const key = `${one.fingerprint} ${bucket.dimension} ${bucket.day}`;
    const known = buckets.get(key);
    buckets.set(key, known ? added(known, bucket) : bucket);
  }
  return [...buckets.values()];
}
