import { pseudonym } from '@agion/service-kit';
import type { TrustEvidence } from '../trust/trust-evidence.js';
import type { Feedback } from './feedback.js';

/** One voice of somebody about an execution. */
export interface Vote {
  feedbackId: string;
  at: Date;
  evidence: TrustEvidence;
}

/**
 * What there is one vote in: voter, agent and execution, or UTC day where no execution is named. A voter is who is proven to have
 * given it; of an agent's own word, whom it names. Where it names nobody, each word stands for itself: null.
 * @param key of the organization; the slot tells nobody's name without it
 */
export function slotOf({ agentId, author, claimedUser, executionId, at }: Feedback, key: Buffer): string | null {
  if (author === null && claimedUser === null) return null;
  const voter = author === null ? ['named', claimedUser ?? ''] : ['proven', author];
  const about = executionId === null ? ['day', at.toISOString().slice(0, 10)] : ['execution', executionId];
  return pseudonym(key, ['vote', ...voter, agentId, ...about]);
}

/** Which of two votes counts: the later one; at the same moment the one with the greater id. */
const isLater = (a: Vote, b: Vote): boolean =>
  a.at.getTime() === b.at.getTime() ? a.feedbackId > b.feedbackId : a.at > b.at;

/** The vote that counts of some, in whatever order they come. */
export const latestOf = (votes: readonly [Vote, ...Vote[]]): Vote =>
  votes.reduce((latest, vote) => (isLater(vote, latest) ? vote : latest));

/** Takes a vote back: what it had added to the sums is added once more with the other sign, to the last millionth. */
export const retractionOf = ({ feedbackId, evidence }: Vote): TrustEvidence => ({
  ...evidence,
  eventId: `retracted:feedback:${feedbackId}`,
  context: { feedback_id: feedbackId },
  sign: -1,
});
