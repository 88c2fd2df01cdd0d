import { DEFAULT_SETTINGS, type Organization, type OrganizationSettings, QUOTAS } from '@agion/wire';

/** An organization as its platform's admins see it. */
export interface NamedOrganization extends Organization {
  name: string;
  createdAt: Date;
}

/** What the database holds of settings: only what somebody has chosen. */
export type StoredSettings = Partial<Omit<OrganizationSettings, 'version' | 'quotas'>> & {
  quotas?: Partial<OrganizationSettings['quotas']>;
};

/** A change: what is left out stays. */
export type SettingsChange = StoredSettings;

/** Settings with what nobody has chosen filled in. */
export const settingsOf = (stored: StoredSettings, version: number): OrganizationSettings => ({
  version,
  default_effect: stored.default_effect ?? DEFAULT_SETTINGS.default_effect,
  decision_retention_days: stored.decision_retention_days ?? DEFAULT_SETTINGS.decision_retention_days,
  policy_review: stored.policy_review ?? DEFAULT_SETTINGS.policy_review,
  requests_per_minute: stored.requests_per_minute ?? null,
  quotas: { ...DEFAULT_SETTINGS.quotas, ...stored.quotas },
});

/** The settings after a change, with the same version. */
export const changed = (settings: OrganizationSettings, change: SettingsChange): OrganizationSettings => ({
  version: settings.version,
  default_effect: change.default_effect ?? settings.default_effect,
  decision_retention_days: change.decision_retention_days ?? settings.decision_retention_days,
  policy_review: change.policy_review ?? settings.policy_review,
  requests_per_minute:
    change.requests_per_minute === undefined ? settings.requests_per_minute : change.requests_per_minute,
  quotas: { ...settings.quotas, ...withoutAbsent(change.quotas ?? {}) },
});

const OWN = ['default_effect', 'decision_retention_days', 'policy_review', 'requests_per_minute'] as const;

/** What differs, by its name: `quotas.agents`. */
export function differences(before: OrganizationSettings, after: OrganizationSettings): string[] {
  const own = OWN.filter((name) => before[name] !== after[name]);
  const quotas = QUOTAS.filter((name) => before.quotas[name] !== after.quotas[name]);
  return [...own, ...quotas.map((name) => `quotas.${name}`)];
}

const withoutAbsent = <Members extends object>(members: Members): Partial<Members> =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Partial<Members>;
