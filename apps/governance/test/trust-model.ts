import { SEVERITIES, TRUST_DIMENSIONS, TRUST_SOURCES } from '@agion/wire';
import fc from 'fast-check';
import type { TrustEvidence } from '../src/trust/trust-evidence.js';

export const START = Date.parse('2026-01-01T00:00:00Z');
export const AT = new Date(START + 200 * 86_400_000);

export const evidence: fc.Arbitrary<TrustEvidence> = fc.record({
  organizationId: fc.constant('o'),
  eventId: fc.uuid(),
  agentId: fc.constant('demo:a'),
  eventType: fc.constant('task_completed'),
  severity: fc.constantFrom(...SEVERITIES),
  impact: fc.double({ min: -1, max: 1, noNaN: true }),
  dimension: fc.constantFrom(...TRUST_DIMENSIONS),
  source: fc.constantFrom(...TRUST_SOURCES),
  reporter: fc.constant(null),
  fingerprint: fc.constantFrom('', 'a', 'b'),
  context: fc.constant(null),
  at: fc.integer({ min: 0, max: 200 * 86_400_000 }).map((ms) => new Date(START + ms)),
});
export const manyEvents = fc.array(evidence, { maxLength: 60 });
export const RUNS = { numRuns: 1_000 };

/** The second model: straight from the page, over single events, sharing nothing with the first. */
export function model(events: readonly TrustEvidence[], at: Date): number {
  const dayNumber = (t: Date): number => Math.floor(+t / 864e5);
  const w = { positive: 1, neutral: 0, minor: 2, major: 6, critical: 20 };
  const s = { platform: 1, person: 1.5, peer: 0.5, self: 0.25 };
  let product = 1000;
  for (const [d, exponent] of Object.entries({ reliability: 0.3, compliance: 0.3, security: 0.25, feedback: 0.15 })) {
    let [r, bad] = [0, 0];
    const ofThis = events.filter((one) => one.dimension === d);
    for (const day of new Set(ofThis.map((one) => dayNumber(one.at)))) {
      let [good, own, peer] = [0, 0, 0];
      for (const e of ofThis.filter((one) => dayNumber(one.at) === day)) {
        const doubted = e.severity === 'critical' && (e.source === 'peer' || e.source === 'self');
        const x =
          w[doubted ? 'major' : e.severity] * Math.max(0.2, Math.min(4, Math.abs(e.impact) / 0.05)) * s[e.source];
        if (e.severity === 'positive') good += x;
        else if (e.source === 'peer') peer += x;
        else own += x;
      }
      r += Math.min(20, good) * 0.5 ** ((dayNumber(at) - day) / 30);
      bad += (own + Math.min(5, peer)) * 0.5 ** ((dayNumber(at) - day) / 90);
    }
    product *= ((5 + r) / (10 + r + bad)) ** exponent;
  }
  return product;
}

/** The second model with its ceilings and tiers, again straight from the page. */
export function wholeModel(events: readonly TrustEvidence[], at: Date): { score: number; tier: string } {
  const believed = events.filter((e) => e.source === 'platform' || e.source === 'person');
  const praise = believed.filter((e) => e.severity === 'positive');
  const proof = praise.reduce(
    (sum, e) => sum + Math.max(0.2, Math.min(4, Math.abs(e.impact) / 0.05)) * (e.source === 'person' ? 1.5 : 1),
    0,
  );
  const points = Math.min(
    model(events, at),
    proof < 20 ? 699 : 1e3,
    believed.some((e) => e.severity === 'critical') ? 299 : 1e3,
  );
  const month = 30 * 864e5;
  const quiet = !believed.some(
    (e) =>
      /major|critical/.test(e.severity) && Math.floor(+at / 864e5) * 864e5 - Math.floor(+e.at / 864e5) * 864e5 < month,
  );
  const rounded = Math.round(points * 10) / 10;
  const ladder = ['untrusted', 'probation', 'standard', 'trusted', 'autonomous'];
  let rung = [300, 500, 700, 900].filter((floor) => rounded >= floor).length;
  if (rung === 4 && !(quiet && praise.length >= 200)) rung = 3;
  if (rung === 3 && !(quiet && praise.length >= 50)) rung = 2;
  return { score: points, tier: ladder[rung] ?? '' };
}
/** Enough good events to meet every gate. */
export const record = fc.nat(260).map((count) =>
  Array.from({ length: count }, (_, index): TrustEvidence => ({
    organizationId: 'o',
    eventId: `good-${index}`,
    agentId: 'demo:a',
    eventType: 'task_completed',
    severity: 'positive',
    impact: 0.1,
    dimension: TRUST_DIMENSIONS[index % 4] ?? 'security',
    source: 'platform',
    reporter: null,
    fingerprint: '',
    context: null,
    at: new Date(START + (199 - (index % 30)) * 86_400_000),
  })),
);
