/** One event of today as the model sees it. */
export interface ModelEvent {
  dimension: 'reliability' | 'compliance' | 'security' | 'feedback';
  severity: 'positive' | 'neutral' | 'minor' | 'major' | 'critical';
  impact: number;
  source: 'platform' | 'person' | 'peer' | 'self';
}

/**
 * The score trust.md asks for when all evidence is of today: written again from the page, sharing no code with governance.
 * @returns 0–1000
 */
export function modelScore(events: readonly ModelEvent[]): number {
  const exponents = { reliability: 0.3, compliance: 0.3, security: 0.25, feedback: 0.15 };
  const severities = { positive: 1, neutral: 0, minor: 2, major: 6, critical: 20 };
  const sources = { platform: 1, person: 1.5, peer: 0.5, self: 0.25 };
  let [product, verified, ceiling] = [1, 0, 1_000];
  for (const [dimension, exponent] of Object.entries(exponents)) {
    let [good, bad, peers] = [0, 0, 0];
    for (const { severity, impact, source } of events.filter((event) => event.dimension === dimension)) {
      const trusted = source === 'platform' || source === 'person';
      const size = severity === 'critical' && !trusted ? severities.major : severities[severity];
      const weight = size * Math.min(4, Math.max(0.2, Math.abs(impact) / 0.05)) * sources[source];
      if (severity === 'positive') [good, verified] = [good + weight, verified + (trusted ? weight : 0)];
      else if (source === 'peer') peers += weight;
      else bad += weight;
      if (severity === 'critical' && trusted) ceiling = 299;
    }
    product *= ((5 + Math.min(20, good)) / (10 + Math.min(20, good) + bad + Math.min(5, peers))) ** exponent;
  }
  return Math.min(1_000 * product, ceiling, verified < 20 ? 699 : 1_000);
}
