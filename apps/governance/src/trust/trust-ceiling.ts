/** A cap that evidence alone does not lift. */
export interface TrustCeiling {
  id: string;
  /** The agent it was set for; an agent of its container may be under it too. */
  agentId: string;
  kind: 'critical' | 'fingerprint';
  /** What it is for: the event's id, the new build's digest. */
  reference: string;
  /** 0–1000 */
  limit: number;
  since: Date;
  /** When it ends by itself; null: only a person lifts it. */
  until: Date | null;
  clearedAt: Date | null;
}

const DAY_MS = 86_400_000;

export const CRITICAL_LIMIT = 299;
/** Days a critical ceiling stays at least, whoever clears it. */
export const CRITICAL_DAYS = 7;
export const FINGERPRINT_LIMIT = 699;
export const FINGERPRINT_DAYS = 14;

/** From when a critical ceiling may be cleared. */
export const clearableFrom = ({ since }: Pick<TrustCeiling, 'since'>): Date =>
  new Date(since.getTime() + CRITICAL_DAYS * DAY_MS);

/** Whether it was there at that moment already. */
export const isSet = ({ since }: Pick<TrustCeiling, 'since'>, at: Date): boolean => since <= at;

/** Whether it caps the score at that moment. */
export function isActive(ceiling: TrustCeiling, at: Date): boolean {
  if (ceiling.until !== null && at >= ceiling.until) return false;
  if (ceiling.clearedAt === null || at < ceiling.clearedAt) return true;
  return ceiling.kind === 'critical' && at < clearableFrom(ceiling);
}
