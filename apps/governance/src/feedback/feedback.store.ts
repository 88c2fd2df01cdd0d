import { WorkerPool } from '@agion/database';
import { Injectable } from '@nestjs/common';
import type pg from 'pg';
import { firstOfEach } from '../trust/first-of-each.js';
import type { TrustEvidence } from '../trust/trust-evidence.js';
import { insertEvidence } from '../trust/trust-evidence.store.js';
import { PseudonymKeysStore } from '../people/pseudonym-keys.store.js';
import type { Feedback } from './feedback.js';
import { replaceVotes } from './vote-rows.store.js';
import { slotOf } from './vote.js';

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
RETURNING organization_id, feedback_id`;

const keyOf = ({ organizationId, id }: Pick<Feedback, 'organizationId' | 'id'>): string => `${organizationId} ${id}`;

/** `governance.feedback`: written once, with its evidence. */
@Injectable()
export class FeedbackStore {
  constructor(
    private readonly worker: WorkerPool,
    private readonly pseudonymKeys: PseudonymKeysStore,
  ) {}

  /**
   * Writes feedback with its evidence, and evidence that came along with it, in one transaction. Of the votes of one voter about one
   * execution the latest counts; what the others had added is taken back.
   * @returns how many of them were not known before
   */
  async record(given: readonly NewFeedback[], alongside: readonly TrustEvidence[] = []): Promise<number> {
    const once = firstOfEach(given, ({ feedback }) => keyOf(feedback));
    const slots = await this.slotsOf(once);
    return this.worker.transaction(async (client) => {
      const known = await insertFeedback(
        client,
        once.map(({ feedback }) => feedback),
      );
      const fresh = once.filter(({ feedback }) => known.has(keyOf(feedback)));
      const votes = fresh.flatMap(({ feedback: { organizationId, id: feedbackId, at }, evidence }) => {
        const slot = slots.get(keyOf({ organizationId, id: feedbackId }));
        return slot === undefined ? [] : [{ organizationId, slot, feedbackId, at, evidence }];
      });
      const retracted = await replaceVotes(client, votes);
      const { inserted } = await insertEvidence(client, [
        ...fresh.map(({ evidence }) => evidence),
        ...retracted,
        ...alongside,
      ]);
      return fresh.length + inserted.length - inserted.filter((id) => OF_FEEDBACK.test(id)).length;
    });
  }

  private async slotsOf(given: readonly NewFeedback[]): Promise<Map<string, string>> {
    const slots = new Map<string, string>();
    for (const { feedback } of given) {
      const slot = slotOf(feedback, await this.pseudonymKeys.of(feedback.organizationId));
      if (slot !== null) slots.set(keyOf(feedback), slot);
    }
    return slots;
  }
}

/** Ids of evidence that feedback is; those of others hold no colon. */
const OF_FEEDBACK = /^(retracted:)?feedback:/;

async function insertFeedback(client: pg.PoolClient, rows: readonly Feedback[]): Promise<Set<string>> {
  if (rows.length === 0) return new Set();
  const { rows: inserted } = await client.query<{ organization_id: string; feedback_id: string }>({
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
  return new Set(inserted.map(({ organization_id: organizationId, feedback_id: id }) => keyOf({ organizationId, id })));
}
