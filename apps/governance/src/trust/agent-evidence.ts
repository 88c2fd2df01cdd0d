import type { TrustTier } from '@agion/wire';
import { isSet, type TrustCeiling } from './trust-ceiling.js';
import { score, type TrustScore } from './trust-score.js';
import { dayOf, type TrustBucket } from './trust-weight.js';

/** All that a score follows from. */
export interface AgentEvidence {
  agentId: string;
  buckets: TrustBucket[];
  /** Of the agent, and critical ones of the agents of its container. */
  ceilings: TrustCeiling[];
  /** Builds the evidence speaks of. */
  fingerprints: string[];
  /** The tier that was told last. */
  toldTier: TrustTier;
  /** The agent on whose behalf it acts, and what that one's score follows from; null unless both are known. */
  delegatedBy: string | null;
  parent: AgentEvidence | null;
  /** Agents that act on its behalf. */
  delegates: string[];
}

/** Everything but the links to other agents. */
export type OwnEvidence = Omit<AgentEvidence, 'parent'>;

/** Agents that may stand above one another; the registry allows fewer. */
const MOST_IN_A_CHAIN = 16;

/** The score of an agent at a moment: never above that of the agent on whose behalf it acts. */
export const scoreOf = ({ buckets, ceilings, parent }: AgentEvidence, at: Date): TrustScore =>
  score(buckets, ceilings, at, parent && { agentId: parent.agentId, score: scoreOf(parent, at).score });

/** What was known at the end of an earlier day, or at that moment of the present one. */
export const evidenceAt = (evidence: AgentEvidence, at: Date): AgentEvidence => ({
  ...evidence,
  buckets: evidence.buckets.filter(({ day }) => day <= dayOf(at)),
  ceilings: evidence.ceilings.filter((ceiling) => isSet(ceiling, at)),
  parent: evidence.parent && evidenceAt(evidence.parent, at),
});

/** Links an agent to those above it, each once. @param of the evidence of each, by its id */
export function linked(
  evidence: OwnEvidence,
  of: ReadonlyMap<string, OwnEvidence>,
  below: readonly string[] = [],
): AgentEvidence {
  const line = [...below, evidence.agentId];
  const above = evidence.delegatedBy === null ? undefined : of.get(evidence.delegatedBy);
  const fits = above !== undefined && !line.includes(above.agentId) && line.length < MOST_IN_A_CHAIN;
  return { ...evidence, parent: fits ? linked(above, of, line) : null };
}
