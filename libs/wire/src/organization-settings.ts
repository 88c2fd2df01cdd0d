/** What of an organization is counted, and can be limited. */
export const QUOTAS = ['agents', 'policies', 'runs', 'service_accounts'] as const;
export type QuotaName = (typeof QUOTAS)[number];

/** What an organization has chosen, and what the platform allows it. */
export interface OrganizationSettings {
  /** Counts changes: whoever hears of them late or twice never goes back. */
  readonly version: number;
  /** What holds where no policy matches. */
  readonly default_effect: 'allow' | 'deny';
  /** Requests that all its callers together may make in a minute; null: as many as each caller's own limit lets pass. */
  readonly requests_per_minute: number | null;
  /** The most it may have of each; null: no limit. */
  readonly quotas: Readonly<Record<QuotaName, number | null>>;
}

/** Those of an organization that has chosen nothing. */
export const DEFAULT_SETTINGS: OrganizationSettings = {
  version: 0,
  default_effect: 'deny',
  requests_per_minute: null,
  quotas: { agents: null, policies: null, runs: null, service_accounts: null },
};
