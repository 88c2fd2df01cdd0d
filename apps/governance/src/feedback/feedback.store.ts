import { WorkerPool } from '@agion/database';
import { Injectable } from '@nestjs/common';
import type pg from 'pg';
import { firstOfEach } from '../trust/first-of-each.js';
import type { TrustEvidence } from '../trust/trust-evidence.js';
import { insertEvidence } from '../trust/trust-evidence.store.js';
import type { Feedback } from './feedback.js';

/** Feedback and what it says about the agent. */
export interface NewFeedback {
  feedback: Feedback;
  evidence: TrustEvidence;
}

const INSERT = `
INSERT INTO governance.feedback (organization_id, feedback_id, agent_id, rating, comment, execution_id, author, claimed_user,
  source, at)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::int[], $5::text[], $6::text[], $7::text[], $8::text[],
  $9::text[], $10::timestamptz[])
ORDER BY 1, 2
ON CONFLICT (organization_id, feedback_id) DO NOTHING
RETURNING feedback_id`;

/** `governance.feedback`: written once, with its evidence. */
@Injectable()
export class FeedbackStore {
  constructor(private readonly worker: WorkerPool) {}

  /**
   * Writes feedback with its evidence, and evidence that came along with it, in one transaction.
   * @returns how many of them were not known before
   */
  record(given: readonly NewFeedback[], alongside: readonly TrustEvidence[] = []): Promise<number> {
    return this.worker.transaction(async (client) => {
      const count = await insertFeedback(
        client,
        firstOfEach(
          given.map(({ feedback }) => feedback),
          ({ organizationId, id }) => `${organizationId} ${id}`,
        ),
      );
      const evidence = [...given.map((one) => one.evidence), ...alongside];
      const { inserted } = await insertEvidence(client, evidence);
      return count + inserted.length - inserted.filter((id) => id.startsWith('feedback:')).length;
    });
  }
}

async function insertFeedback(client: pg.PoolClient, rows: readonly Feedback[]): Promise<number> {
  if (rows.length === 0) return 0;
  const { rowCount } = await client.query({
    name: 'insert_feedback',
    text: INSERT,
    values: [
      rows.map(({ organizationId }) => organizationId),
      rows.map(({ id }) => id),
      rows.map(({ agentId }) => agentId),
      rows.map(({ rating }) => rating),
      rows.map(({ comment }) => comment),
      rows.map(({ executionId }) => executionId),
      rows.map(({ author }) => author),
      rows.map(({ claimedUser }) => claimedUser),
      rows.map(({ source }) => source),
      rows.map(({ at }) => at),
    ],
  });
  return rowCount ?? 0;
}
