import { AgentFacts, type KnownAgent } from '@agion/service-kit';
import { containerOf, type Organization } from '@agion/wire';
import { Injectable } from '@nestjs/common';
import { linked, type AgentEvidence, type OwnEvidence } from './agent-evidence.js';
import { TrustScoreStore } from './trust-score.store.js';
import { TrustStandingsStore } from './trust-standings.store.js';

export type KnownEvidence = AgentEvidence & {
  /** Whether the registry knows the agent. */
  known: boolean;
  /** Nobody tells whether a ceiling of its container holds for it: a score without it would be more than is known. */
  unsure: boolean;
};

type OwnKnown = OwnEvidence & Pick<KnownEvidence, 'known' | 'unsure'>;

/** Reads all that scores follow from: stored evidence, the registry's word, and the agents above in a delegation. */
@Injectable()
export class TrustEvidenceReader {
  constructor(
    private readonly store: TrustScoreStore,
    private readonly standings: TrustStandingsStore,
    private readonly facts: AgentFacts,
  ) {}

  /** In the order asked for. One round trip unless an agent has a new build or acts on behalf of another. */
  async read(organization: Organization, agentIds: readonly string[]): Promise<KnownEvidence[]> {
    const asked = await this.own(organization, agentIds);
    const all = new Map(asked.map((one) => [one.agentId, one]));
    for (let above = missing(asked, all); above.length > 0;) {
      const found = await this.own(organization, above);
      for (const one of found) all.set(one.agentId, one);
      above = missing(found, all);
    }
    return asked.map((one) => ({ ...linked(one, all), known: one.known, unsure: one.unsure }));
  }

  private async own(organization: Organization, agentIds: readonly string[]): Promise<OwnKnown[]> {
    const facts = await Promise.all(agentIds.map((agentId) => this.facts.of(organization, agentId).catch(() => null)));
    const agents = agentIds.map((agentId, index) => ({
      agentId,
      container: facts[index]?.container ?? containerOf(agentId),
    }));
    let found = await this.store.read(organization.id, agents);
    const changed = found.filter((evidence, index) => isNewBuild(evidence, facts[index]));
    if (changed.length > 0) {
      for (const { agentId } of changed)
        await this.store.noteFingerprint(organization.id, agentId, facts[agentIds.indexOf(agentId)]?.fingerprint ?? '');
      found = await this.store.read(organization.id, agents);
    }
    const known = found.map((evidence, index) => withFacts(evidence, facts[index]));
    for (const [index, { agentId, delegatedBy }] of known.entries())
      if (delegatedBy !== found[index]?.delegatedBy)
        await this.standings.noteDelegation(organization.id, agentId, delegatedBy);
    return known;
  }
}

/** Agents above these that have not been read. */
const missing = (evidence: readonly OwnEvidence[], read: ReadonlyMap<string, OwnEvidence>): string[] => [
  ...new Set(evidence.flatMap(({ delegatedBy }) => delegatedBy ?? []).filter((agentId) => !read.has(agentId))),
];

/** It registered with a build that neither evidence nor a ceiling knows, and there is evidence of another. */
function isNewBuild({ fingerprints, ceilings }: OwnEvidence, known: KnownAgent | null | undefined): boolean {
  if (!known || fingerprints.includes(known.fingerprint)) return false;
  const noted = ceilings.some(({ kind, reference }) => kind === 'fingerprint' && reference === known.fingerprint);
  return !noted && fingerprints.some((fingerprint) => fingerprint !== '');
}

/**
 * A container's critical ceiling also caps agents that register later, not those that were there before. While the registry is away,
 * an agent acts on behalf of the one it did last.
 */
const withFacts = (evidence: OwnEvidence, facts: KnownAgent | null | undefined): OwnKnown => ({
  ...evidence,
  ceilings: evidence.ceilings.filter(
    (ceiling) => ceiling.agentId === evidence.agentId || (facts && facts.registeredAt >= ceiling.since),
  ),
  delegatedBy: facts ? facts.delegatedBy : evidence.delegatedBy,
  known: Boolean(facts),
  unsure: !facts && evidence.ceilings.some(({ agentId }) => agentId !== evidence.agentId),
});
