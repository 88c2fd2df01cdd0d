import { describe, expect, it } from '@jest/globals';
import { LatencyHistogram } from './latency-histogram.js';

describe('latencies in buckets', () => {
  it('finds percentiles to within a bucket', () => {
    const histogram = new LatencyHistogram();
    for (let i = 1; i <= 1_000; i++) histogram.record(i);
    expect(histogram.count).toBe(1_000);
    for (const share of [0.5, 0.95, 0.99]) {
      const found = histogram.percentile(share) ?? 0;
      expect(found).toBeGreaterThanOrEqual(share * 1_000);
      expect(found).toBeLessThanOrEqual(share * 1_000 * 1.53);
    }
  });

  it('says nothing about nothing, and survives the very slow', () => {
    const histogram = new LatencyHistogram();
    expect(histogram.percentile(0.5)).toBeNull();
    histogram.record(10_000_000);
    expect(histogram.percentile(0.99)).toBeGreaterThan(1_000);
  });
});
