import {
  AgentFacts,
  CrashPoints,
  EntryProofs,
  SERVICE,
  trustChanges,
  type ServiceFacts,
  type TrustMetrics,
} from '@agion/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { Organization } from '@agion/wire';
import type { NewViolation } from '../violations/violation.js';
import { ViolationsStore } from '../violations/violations.store.js';
import { forgeryBy, violationOf, type Refused } from './entry-intake.js';
import { ForgeriesStore } from './forgeries.store.js';
import type { Forgery } from './forgery.js';
import type { TrustEvidence } from './trust-evidence.js';
import { TrustEvidenceStore } from './trust-evidence.store.js';
import { TrustScores } from './trust-scores.service.js';

/** The one way in for evidence that comes by itself, over a stream or over HTTP. */
@Injectable()
export class TrustIntake {
  private readonly metrics: TrustMetrics;

  constructor(
    private readonly store: TrustEvidenceStore,
    private readonly scores: TrustScores,
    private readonly violations: ViolationsStore,
    private readonly forgeries: ForgeriesStore,
    private readonly facts: AgentFacts,
    private readonly proofs: EntryProofs,
    private readonly crashPoints: CrashPoints,
    @Inject(SERVICE) { name }: ServiceFacts,
  ) {
    this.metrics = trustChanges(name);
  }

  /** Commits evidence of any organizations, each event once, and refreshes the scores. @returns how many were new */
  async record(evidence: readonly { organization: Organization; row: TrustEvidence }[]): Promise<number> {
    if (evidence.length === 0) return 0;
    const { inserted } = await this.store.record(evidence.map(({ row }) => row));
    this.crashPoints.reach('after_evidence');
    await this.committed(evidence.map(({ organization, row }) => ({ organization, agentId: row.agentId })));
    return inserted.length;
  }

  /** What somebody said in the name of another counts against whoever is proven to have said it, once. */
  async charge(forgeries: readonly Forgery[]): Promise<void> {
    if (forgeries.length === 0) return;
    await this.forgeries.record(forgeries);
    for (const { channel, agent } of forgeries)
      this.metrics.forged(channel === 'http' ? 'http' : 'stream', agent !== null);
    await this.committed(
      forgeries.flatMap(({ organization, agent }) => (agent ? [{ organization, agentId: agent.id }] : [])),
    );
  }

  /** Opens a violation for each forged one among the entries refused, once, and holds it against who is found to have signed it. */
  async refuse(refused: readonly Refused<{ agent_id: string }>[]): Promise<void> {
    const unsigned: NewViolation[] = [];
    const forgeries: Forgery[] = [];
    for (const one of refused) {
      const { organization, entry } = one.message;
      if (!one.forged || !(await this.facts.of(organization, entry.agent_id))) continue;
      const signer = await this.proofs.signerOf(one.message);
      const agent = signer === null ? null : await this.facts.of(organization, signer);
      if (agent) forgeries.push(forgeryBy(agent, one.message));
      else unsigned.push(violationOf(one));
    }
    await this.charge(forgeries);
    if (unsigned.length === 0) return;
    await this.violations.open(unsigned);
    this.metrics.forged('stream', false, unsigned.length);
  }

  /** Evidence about these agents has been committed; also after a redelivery, whose first refresh may never have happened. */
  async committed(agents: readonly { organization: Organization; agentId: string }[]): Promise<void> {
    const byOrganization = Map.groupBy(agents, ({ organization }) => organization);
    await Promise.all(
      [...byOrganization].map(([organization, group]) =>
        this.scores.changed(
          organization,
          group.map(({ agentId }) => agentId),
        ),
      ),
    );
  }
}
