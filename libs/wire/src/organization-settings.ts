/** What of an organization is counted, and can be limited. */
export const QUOTAS = ['agents', 'policies', 'runs', 'service_accounts'] as const;
export type QuotaName = (typeof QUOTAS)[number];

/** What an organization has chosen, and what the platform allows it. */
export interface OrganizationSettings {
  /** Counts changes: whoever hears of them late or twice never goes back. */
  readonly version: number;
  /** What holds where no policy matches. */
  readonly default_effect: 'allow' | 'deny';
  /** Days its decisions are kept; `DECISION_RETENTION_DAYS` says how few and how many there may be. */
  readonly decision_retention_days: number;
  /** `required`: whoever puts a version of a policy in force is not who wrote it. */
  readonly policy_review: 'off' | 'required';
  /** Requests that all its callers together may make in a minute; null: as many as each caller's own limit lets pass. */
  readonly requests_per_minute: number | null;
  /** The most it may have of each; null: no limit. */
  readonly quotas: Readonly<Record<QuotaName, number | null>>;
}

/** Bounds of `decision_retention_days`. */
export const DECISION_RETENTION_DAYS = { min: 30, max: 3_650 } as const;

/** Those of an organization that has chosen nothing. */
export const DEFAULT_SETTINGS: OrganizationSettings = {
  version: 0,
  default_effect: 'deny',
  decision_retention_days: 400,
  policy_review: 'off',
  requests_per_minute: null,
  quotas: { agents: null, policies: null, runs: null, service_accounts: null },
};
