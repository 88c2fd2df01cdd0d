import { Injectable } from '@nestjs/common';
import type { Organization } from '@agion/wire';
import type { TrustEvidence } from './trust-evidence.js';
import { TrustEvidenceStore } from './trust-evidence.store.js';
import { TrustScores } from './trust-scores.service.js';

/** The one way in for evidence that comes by itself, over a stream or over HTTP. */
@Injectable()
export class TrustIntake {
  constructor(
    private readonly store: TrustEvidenceStore,
    private readonly scores: TrustScores,
  ) {}

  /** Commits evidence of any organizations, each event once, and refreshes the scores. @returns how many were new */
  async record(evidence: readonly { organization: Organization; row: TrustEvidence }[]): Promise<number> {
    if (evidence.length === 0) return 0;
    const { inserted } = await this.store.record(evidence.map(({ row }) => row));
    await this.committed(evidence.map(({ organization, row }) => ({ organization, agentId: row.agentId })));
    return inserted.length;
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
