import { evidenceAt, scoreOf, type AgentEvidence } from './agent-evidence.js';
import type { TrustScore } from './trust-score.js';
import { dayOf } from './trust-weight.js';

/** How an agent stood at the end of a UTC day; the present day ends now. */
export interface HistoryPoint {
  at: Date;
  found: TrustScore;
}

const DAY_MS = 86_400_000;

/**
 * Points for a plot, oldest first: so many days from the one of `from` to that of `to`, evenly spread and each once. Worked out from
 * the same sums as the score, so the same question has the same answer; with the delegation and the container of today.
 */
export function historyOf(evidence: AgentEvidence, from: Date, to: Date, points: number, now: Date): HistoryPoint[] {
  const [first, last] = [dayOf(from), dayOf(to)];
  const steps = Math.max(1, Math.min(points, last - first + 1) - 1);
  const days = new Set(
    Array.from({ length: steps + 1 }, (_, step) => Math.round(last - ((last - first) * (steps - step)) / steps)),
  );
  return [...days].map((day) => {
    const at = new Date(Math.min((day + 1) * DAY_MS - 1, now.getTime()));
    return { at, found: scoreOf(evidenceAt(evidence, at), at) };
  });
}
