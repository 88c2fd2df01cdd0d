import type { NewDecision } from '../decisions/decision.js';

/** What a version of a shadow policy would have made of some decisions of a day. */
export interface ShadowTally {
  organizationId: string;
  policyId: string;
  version: number;
  /** UTC, `2026-01-31`. */
  day: string;
  wouldDeny: number;
  wouldAllow: number;
  changed: number;
  /** Decisions that would have been changed, the newest first. */
  samples: string[];
}

/** Samples that are kept of a policy and a day. */
export const MOST_SAMPLES = 20;

/** What shadow policies would have made of these decisions, in the order of the key. */
export function tallyShadows(
  decisions: readonly Pick<NewDecision, 'organizationId' | 'decisionId' | 'at' | 'shadowMatched' | 'shadowDecision'>[],
): ShadowTally[] {
  const tallies = new Map<string, ShadowTally>();
  for (const { organizationId, decisionId, at, shadowMatched, shadowDecision } of decisions) {
    const day = at.toISOString().slice(0, 10);
    for (const { policy: policyId, version, effect } of shadowMatched) {
      const key = `${organizationId} ${day} ${version} ${policyId}`;
      const none = { organizationId, policyId, version, day, wouldDeny: 0, wouldAllow: 0, changed: 0, samples: [] };
      const tally: ShadowTally = tallies.get(key) ?? none;
      tallies.set(key, tally);
      if (effect === 'deny') tally.wouldDeny += 1;
      else tally.wouldAllow += 1;
      if (shadowDecision !== effect) continue; // another one beats it, or it says what was decided
      tally.changed += 1;
      tally.samples.unshift(decisionId);
      tally.samples.length = Math.min(tally.samples.length, MOST_SAMPLES);
    }
  }
  return [...tallies].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, tally]) => tally);
}
