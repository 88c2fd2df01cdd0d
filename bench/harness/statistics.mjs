const ascending = (values) => Float64Array.from(values).sort();

/** The value that a share of all values (0 to 1) stays at or below. */
export function quantile(values, share) {
  const sorted = ascending(values);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
}

export function median(values) {
  const sorted = ascending(values);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** How far the rounds lie apart: (largest - smallest) / median. */
export const spread = (values) => (Math.max(...values) - Math.min(...values)) / median(values);
