import { CrashPoints } from '@agion/service-kit';
import { Injectable } from '@nestjs/common';
import type { Organization } from '@agion/wire';
import { ViolationsStore } from '../violations/violations.store.js';
import { violationOf, type Refused } from './entry-intake.js';
import type { TrustEvidence } from './trust-evidence.js';
import { TrustEvidenceStore } from './trust-evidence.store.js';
import { TrustScores } from './trust-scores.service.js';

/** The one way in for evidence that comes by itself, over a stream or over HTTP. */
@Injectable()
export class TrustIntake {
  constructor(
    private readonly store: TrustEvidenceStore,
    private readonly scores: TrustScores,
    private readonly violations: ViolationsStore,
    private readonly crashPoints: CrashPoints,
  ) {}

  /** Commits evidence of any organizations, each event once, and refreshes the scores. @returns how many were new */
  async record(evidence: readonly { organization: Organization; row: TrustEvidence }[]): Promise<number> {
    if (evidence.length === 0) return 0;
    const { inserted } = await this.store.record(evidence.map(({ row }) => row));
    this.crashPoints.reach('after_evidence');
    await this.committed(evidence.map(({ organization, row }) => ({ organization, agentId: row.agentId })));
    return inserted.length;
  }

  /** Opens a violation for each forged one among the entries refused, once. */
  async refuse(refused: readonly Refused<{ agent_id: string }>[]): Promise<void> {
    const forged = refused.filter((one) => one.forged);
    if (forged.length > 0) await this.violations.open(forged.map(violationOf));
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
