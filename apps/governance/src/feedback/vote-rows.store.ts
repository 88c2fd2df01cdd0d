import type pg from 'pg';
import type { TrustEvidence } from '../trust/trust-evidence.js';
import { latestOf, retractionOf, type Vote } from './vote.js';

/** A vote in its slot. */
export interface SlotVote extends Vote {
  organizationId: string;
  slot: string;
}

interface VoteRow {
  organization_id: string;
  slot: string;
  feedback_id: string;
  at: Date;
  evidence: Omit<TrustEvidence, 'at'> & { at: string };
}

/** Takes a free slot, or locks it and tells who holds it. In the order of the key: no two writers wait in a circle. */
const TAKE = `
INSERT INTO governance.feedback_votes AS vote (organization_id, slot, feedback_id, at, evidence)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::jsonb[]) ORDER BY 1, 2
ON CONFLICT (organization_id, slot) DO UPDATE SET slot = vote.slot
RETURNING organization_id, slot, feedback_id, at, evidence`;

const REPLACE = `
UPDATE governance.feedback_votes AS vote SET feedback_id = later.feedback_id, at = later.at, evidence = later.evidence
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::jsonb[]) AS later (organization_id, slot, feedback_id, at, evidence)
WHERE vote.organization_id = later.organization_id AND vote.slot = later.slot`;

/**
 * Lets new votes replace those of the same slots, in the transaction that writes them.
 * @returns what takes back those that count no longer, new or not
 */
export async function replaceVotes(client: pg.PoolClient, votes: readonly SlotVote[]): Promise<TrustEvidence[]> {
  if (votes.length === 0) return [];
  const slots = Map.groupBy(votes, ({ organizationId, slot }) => `${organizationId} ${slot}`);
  const latest = [...slots.values()].map((group) => latestOf(group as [SlotVote, ...SlotVote[]]) as SlotVote);
  const { rows } = await client.query<VoteRow>({ name: 'take_vote_slots', text: TAKE, values: columnsOf(latest) });
  const replaced: SlotVote[] = [];
  const retracted: Vote[] = [];
  for (const row of rows) {
    const holder = voteIn(row);
    const given = slots.get(`${holder.organizationId} ${holder.slot}`) ?? [];
    const all = given.some(({ feedbackId }) => feedbackId === holder.feedbackId) ? given : [holder, ...given];
    const counting = latestOf(all as [SlotVote, ...SlotVote[]]) as SlotVote;
    if (counting.feedbackId !== holder.feedbackId) replaced.push(counting);
    retracted.push(...all.filter((vote) => vote !== counting));
  }
  if (replaced.length > 0) await client.query({ name: 'replace_votes', text: REPLACE, values: columnsOf(replaced) });
  return retracted.map(retractionOf);
}

const columnsOf = (votes: readonly SlotVote[]): unknown[][] => [
  votes.map(({ organizationId }) => organizationId),
  votes.map(({ slot }) => slot),
  votes.map(({ feedbackId }) => feedbackId),
  votes.map(({ at }) => at),
  // Who gave it is not kept here: the slot tells votes apart, and an erasure has nothing to do.
  votes.map(({ evidence }) => JSON.stringify({ ...evidence, reporter: null, context: null })),
];

const voteIn = ({
  organization_id: organizationId,
  slot,
  feedback_id: feedbackId,
  at,
  evidence,
}: VoteRow): SlotVote => ({
  organizationId,
  slot,
  feedbackId,
  at,
  evidence: { ...evidence, at: new Date(evidence.at) },
});
