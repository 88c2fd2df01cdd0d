/** Upper bounds in milliseconds, a factor of about 1.5 apart: 0.1 ms to 43 s in 32 buckets, whatever the traffic. */
const BOUNDS = Array.from({ length: 32 }, (_, i) => 0.1 * 1.52 ** i);

/** Counts latencies in a fixed number of buckets; percentiles are exact to within a bucket. */
export class LatencyHistogram {
  private readonly counts = new Uint32Array(BOUNDS.length + 1);
  private total = 0;

  get count(): number {
    return this.total;
  }

  record(milliseconds: number): void {
    let bucket = 0;
    while (bucket < BOUNDS.length && milliseconds > (BOUNDS[bucket] ?? 0)) bucket++;
    this.counts[bucket] = (this.counts[bucket] ?? 0) + 1;
    this.total++;
  }

  /** The bound below which this share (0–1) of the latencies lies, in milliseconds; `null` when there are none. */
  percentile(share: number): number | null {
    if (this.total === 0) return null;
    let left = Math.ceil(share * this.total);
    for (let bucket = 0; bucket <= BOUNDS.length; bucket++) {
      left -= this.counts[bucket] ?? 0;
      if (left <= 0) return round(BOUNDS[Math.min(bucket, BOUNDS.length - 1)] ?? 0);
    }
    return null;
  }
}

const round = (milliseconds: number): number => Math.round(milliseconds * 100) / 100;
