import type { ReportStatus } from '@agion/dto';
import { SEVERITIES, VALUED_EVENTS, type Severity, type TrustDimension } from '@agion/wire';

/** What a fact is worth before anybody asks who reported it. */
export interface Valuation {
  dimension: TrustDimension;
  severity: Severity;
  impact: number;
}

const PREFIXES: readonly [RegExp, TrustDimension][] = [
  [/^(task|execution)[_.]/, 'reliability'],
  [/^(policy|approval)[_.]/, 'compliance'],
  [/^(security|guardrail|forged)[_.]/, 'security'],
  [/^feedback[_.]/, 'feedback'],
];

/** The dimension of an event that does not name one. */
export const dimensionOf = (eventType: string): TrustDimension =>
  PREFIXES.find(([prefix]) => prefix.test(eventType))?.[1] ?? 'reliability';

/** A severity as it stands on the wire; `negative` is `minor`. */
export const severityOf = (text: string): Severity | null =>
  text === 'negative' ? 'minor' : (SEVERITIES.find((severity) => severity === text) ?? null);

/** What an event weighs: as it says, else as those of its type do. */
export function valueOf(eventType: string, severity?: string, impact?: number): Omit<Valuation, 'dimension'> {
  const usual = VALUED_EVENTS.get(eventType) ?? { severity: 'neutral', impact: 0 };
  return {
    severity: (severity === undefined ? null : severityOf(severity)) ?? usual.severity,
    impact: impact ?? usual.impact,
  };
}

const RATINGS: Readonly<Record<number, Omit<Valuation, 'dimension'>>> = {
  5: { severity: 'positive', impact: 0.1 },
  4: { severity: 'positive', impact: 0.05 },
  3: { severity: 'neutral', impact: 0 },
  2: { severity: 'minor', impact: -0.05 },
  1: { severity: 'minor', impact: -0.1 },
};

/** @param rating 1 to 5 */
export const valueOfRating = (rating: number): Valuation => ({
  dimension: 'feedback',
  ...(RATINGS[rating] ?? { severity: 'neutral', impact: 0 }),
});

/** A thumb counts as a rating. */
export const ratingOfThumb = (thumb: 'up' | 'down'): number => (thumb === 'up' ? 4 : 2);

const REPORTS: Readonly<Record<ReportStatus, Omit<Valuation, 'dimension'>>> = {
  succeeded: { severity: 'positive', impact: 0.05 },
  failed: { severity: 'minor', impact: -0.05 },
  timed_out: { severity: 'minor', impact: -0.05 },
  cancelled: { severity: 'neutral', impact: 0 },
};

export const valueOfReport = (status: ReportStatus): Valuation => ({ dimension: 'reliability', ...REPORTS[status] });

/** Something said in the name of another. */
export const FORGED_EVENT: Valuation = { dimension: 'security', severity: 'major', impact: -0.05 };

/** An action that a policy denied. */
export const DENIED_ACTION: Valuation = { dimension: 'compliance', severity: 'minor', impact: -0.05 };
