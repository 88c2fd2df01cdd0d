/** What governance last said about an agent, as its Redis keys tell. Before it has said anything, nothing is stopped. */
export interface GovernanceWord {
  policyRevision: number | null;
  /** Counts uses of the kill switch. */
  epoch: number;
  stopped: boolean;
  /** 0–1 */
  trustScore: number | null;
}

/**
 * Reads the values of `agent:{id}:policies` and `agent:{id}:trust_score`.
 * A value that is not what governance writes counts as not written.
 */
export function governanceWord(
  policies: string | null | undefined,
  trustScore: string | null | undefined,
): GovernanceWord {
  const { revision, epoch, stopped } = parse(policies);
  return {
    policyRevision: isCount(revision) ? revision : null,
    epoch: isCount(epoch) ? epoch : 0,
    stopped: stopped === true,
    trustScore: parseTrust(trustScore),
  };
}

/** A trust score as it stands in Redis; null when there is none. */
export function parseTrust(text: string | null | undefined): number | null {
  if (text === null || text === undefined || text.trim() === '') return null;
  const score = Number(text);
  return score >= 0 && score <= 1 ? score : null;
}

function parse(text: string | null | undefined): Partial<Record<'revision' | 'epoch' | 'stopped', unknown>> {
  try {
    const value = JSON.parse(text ?? '{}') as unknown;
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
